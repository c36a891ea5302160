"""Is the receiver of a `.forward(...)` call an nn.Module with the stock `__call__`?

The answer is a proof, a likelihood or nothing. A proof needs every class that the receiver can have, with all bases up
to torch, to be known; one unread base or one unknown alternative makes it a likelihood, one alternative with another
`__call__` (or none) makes it nothing.
"""

from __future__ import annotations

import ast
import enum
import pathlib
from functools import cached_property
from typing import NamedTuple

from .attributes import self_name
from .classes import Nature
from .evidence import built_like_a_module, delegated_to, mixed_into_modules, module_calls
from .functions import owner_class
from .knowledge import Kind, knowledge
from .names import FileNames
from .project import Project, SourceModule
from .reach import Surroundings
from .redefinitions import other_attribute_below
from .subclasses import own_call_below
from .types import (
    MODULE_ROOT,
    SOME_MODULE,
    ClassObject,
    ClassRef,
    Evidence,
    ExternalClass,
    ExternalMethod,
    FunctionRef,
    Instance,
    Items,
    ModuleRef,
    ProjectClass,
    TupleOf,
    Type,
    Value,
)
from .values import Evaluator
from .variables import is_interface

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Certainty(enum.Enum):
    """How sure it is that the receiver is a module with the stock `__call__`."""

    PROVEN = "proven"
    LIKELY = "likely"


class ForwardCall(NamedTuple):
    """What is known of a call. `receiver_type` describes the receiver for the message."""

    certainty: Certainty
    fix_is_safe: bool
    receiver_type: str
    evidence: tuple[Evidence, ...]


class ModuleAnalysis:
    """The answers for one file. `project` opens the way to other files; without it their classes are unknown."""

    def __init__(self, names: FileNames, tree: ast.Module, path: pathlib.Path | None, project: Project | None) -> None:
        self.names = names
        self.tree = tree
        self._module = SourceModule(path.absolute() if path else None, names)
        if project is not None:
            self._module = project.add(self._module)
        self._project = project
        self._evaluator = Evaluator(project)

    @cached_property
    def _surroundings(self) -> Surroundings:
        return Surroundings(self._module)

    def classify(self, call: ast.Call | ast.Attribute) -> ForwardCall | None:
        """What is known of a `recv.forward(...)` call, or of a `recv.forward` handed on; None: not to be reported."""
        return self._judge(call)[0]

    def self_around(self, node: ast.expr) -> str | None:
        """What the module is called, usually `self`, in whose method an expression stands; None outside of methods."""
        for function in self.names.ancestors(node):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and (name := self_name(function)):
                owner = owner_class(function, self._module)
                found = self.names.lookup(name, node)
                is_own = found is not None and found[0].node is function and len(found[1]) == 1
                is_class = any(ast.unparse(d) == "classmethod" for d in function.decorator_list)
                if owner is not None and is_own and not is_class:
                    return name if self._evaluator.is_module(Instance(owner, exact=False)) else None
        return None

    def explain(self, call: ast.Call) -> tuple[Evidence, ...]:
        """The chain of evidence for a call, also where it is not reported."""
        return self._judge(call)[1]

    def _judge(self, call: ast.Call | ast.Attribute) -> tuple[ForwardCall | None, tuple[Evidence, ...]]:
        try:
            return self._judged(call)
        except RecursionError:
            text = "the code is nested too deeply to be followed"
            return None, (Evidence(text, self._module.path, call.lineno),)

    def _judged(self, call: ast.Call | ast.Attribute) -> tuple[ForwardCall | None, tuple[Evidence, ...]]:
        method = call.func if isinstance(call, ast.Call) else call
        receiver = method.value if isinstance(method, ast.Attribute) else method
        why = self._surroundings.would_recurse(call, receiver)
        if why is not None:
            return None, (Evidence(f"the call {why}", self._module.path, call.lineno),)
        self._evaluator.begin()
        value = self._with_forward(self._evaluator.value(receiver, self._module))
        natures = [self._nature(alternative) for alternative in value] or [Nature.UNKNOWN]
        evidence = (*self._evaluator.trace, *self._class_evidence(value))
        if all(nature is Nature.UNKNOWN for nature in natures) or self._mixins(value, natures):
            return self._by_signs(receiver, value, evidence)
        if Nature.CUSTOM_CALL in natures or Nature.NOT_MODULE in natures:
            return None, evidence
        if Nature.PARTLY in natures and (sibling := self._own_call_around(call)):
            return None, (*evidence, sibling)
        certain = all(nature is Nature.MODULE for nature in natures)
        override = self._override(receiver, value)
        if override is not None:
            evidence = (*evidence, override)
            if self._is_abstract(value):
                return None, evidence
        certainty = Certainty.PROVEN if certain and override is None else Certainty.LIKELY
        safe = certainty is Certainty.PROVEN and self._fix_is_safe(call, receiver, value)
        return ForwardCall(certainty, safe, self._describe(value), evidence), evidence

    def _with_forward(self, value: Value) -> Value:
        """The alternatives that can have a `forward`: the code asks for it. All of them where that leaves none."""
        return tuple(alternative for alternative in value if self._may_have_forward(alternative)) or value

    def _may_have_forward(self, alternative: Type) -> bool:
        match alternative:
            case Items(cls=None) | TupleOf() | FunctionRef():
                return False
            case Instance(cls=ProjectClass() as cls, exact=True):
                classes = self._evaluator.classes
                if classes.answer(cls).nature is not Nature.NOT_MODULE:
                    return True
                found = (classes.find_method(cls, name) for name in ("forward", "__getattr__", "__getattribute__"))
                return any(found) or any(
                    self._evaluator.attributes_of(c).of("forward") for c in classes.project_order(cls)
                )
        return True

    def _nature(self, alternative: Type) -> Nature:
        match alternative:
            case Instance(cls=cls):
                return self._evaluator.classes.answer(cls).nature
            case Items(cls=cls) if cls is not None:
                return self._evaluator.classes.answer(cls).nature
            case ClassObject() | FunctionRef() | ModuleRef() | TupleOf() | Items():
                return Nature.NOT_MODULE
        return Nature.UNKNOWN

    def _class_evidence(self, value: Value) -> list[Evidence]:
        found: list[Evidence] = []
        for cls in _classes(value):
            found += [e for e in self._evaluator.classes.answer(cls).evidence if e not in found]
        return found

    def _own_call_around(self, call: ast.expr) -> Evidence | None:
        """The class around a call, if it has its own `__call__`: what it holds is likely of its own kind."""
        for ancestor in self.names.ancestors(call):
            if isinstance(ancestor, ast.ClassDef):
                cls = ProjectClass(self._module, ancestor)
                if self._evaluator.classes.answer(cls).nature is Nature.CUSTOM_CALL:
                    text = f"the class around it, `{cls.name}`, has its own `__call__`"
                    return Evidence(text, self._module.path, ancestor.lineno)
        return None

    def _mixins(self, value: Value, natures: list[Nature]) -> list[ProjectClass]:
        """The classes that the receiver has, where none is a module and each may be mixed into one."""
        found = [a.cls for a in value if isinstance(a, Instance) and not a.exact and isinstance(a.cls, ProjectClass)]
        known = [nature for nature in natures if nature is not Nature.UNKNOWN]
        return found if known and set(known) == {Nature.NOT_MODULE} and len(found) == len(known) else []

    def _by_signs(
        self, receiver: ast.expr, value: Value, evidence: tuple[Evidence, ...]
    ) -> tuple[ForwardCall | None, tuple[Evidence, ...]]:
        """A likelihood, if the code treats the receiver as only modules are treated."""
        ev = self._evaluator
        classes = [cls for cls in _classes(value) if isinstance(cls, ProjectClass)]
        parents = [parent for cls in classes for parent in ev.classes.project_order(cls)]
        defined = frozenset(i.name for parent in parents for i in parent.node.body if isinstance(i, _FUNCTIONS))
        signs = module_calls(ev, receiver, self._module, defined)
        for cls in classes:
            nature = ev.classes.answer(cls).nature
            signs += built_like_a_module(ev, cls) if nature is Nature.UNKNOWN else mixed_into_modules(ev, cls)
        signs += [] if classes else delegated_to(ev, receiver, self._module)
        evidence = (*evidence, *signs)
        if not signs:
            return None, evidence
        return ForwardCall(Certainty.LIKELY, False, f"an nn.Module ({signs[0].text})", evidence), evidence

    def _override(self, receiver: ast.expr, value: Value) -> Evidence | None:
        """A class of the project because of which the object may be another than it seems."""
        for alternative in value:
            match alternative:
                case Instance(cls=ProjectClass() as cls, exact=False):
                    if found := own_call_below(self._evaluator, cls):
                        return found
        return other_attribute_below(self._evaluator, receiver, self._module, self._nature)

    def _is_abstract(self, value: Value) -> bool:
        """Whether every object must be of a subclass: no class read has a `forward`."""
        return all(
            isinstance(a, Instance) and not a.exact and self._evaluator.classes.find_method(a.cls, "forward") is None
            for a in value
        )

    def _fix_is_safe(self, call: ast.expr, receiver: ast.expr, value: Value) -> bool:
        surroundings = self._surroundings
        if surroundings.in_own_forward(call, receiver) or surroundings.is_scripted(call):
            return False
        if surroundings.before_base_is_ready(call, receiver):
            return False
        for alternative in value:
            cls = getattr(alternative, "cls", None)
            if isinstance(alternative, Instance) and not alternative.exact and isinstance(cls, ExternalClass):
                return False
            if is_interface(self._evaluator, alternative):
                return False
        return True

    def _describe(self, value: Value) -> str:
        """The receiver's class as the message names it: "`Encoder`, an nn.Module (models/encoder.py:12)"."""
        classes = [cls for cls in _classes(value) if cls != SOME_MODULE]
        if not classes:
            return "an nn.Module" if value else f"`{MODULE_ROOT.qualified}`"
        if len(classes) > 2:
            return f"{self._described(classes[0])}, or one of {len(classes) - 1} other classes"
        return ", or ".join(map(self._described, classes))

    def _described(self, cls: ClassRef) -> str:
        if isinstance(cls, ExternalClass):
            own = cls.qualified.startswith("torch.nn.") or knowledge().kind(cls.qualified) is not Kind.MODULE
            return f"`{cls.qualified}`" + ("" if own else ", an nn.Module")
        where = f"{_shown(cls.module.path, self._module.path)}{cls.node.lineno}"
        return f"`{cls.name}`, an nn.Module ({where})"


def _classes(value: Value) -> list[ClassRef]:
    found = [a.cls for a in value if isinstance(a, (Instance, Items)) and a.cls is not None]
    found += [a.owner.cls for a in value if isinstance(a, ExternalMethod) and a.owner.cls is not None]
    return list(dict.fromkeys(found))


def _shown(path: pathlib.Path | None, origin: pathlib.Path | None) -> str:
    """A file as the message shows it, the same whatever the working directory: "line " for the file itself."""
    if path is None or path == origin:
        return "line "
    tail = path.parts[-2:] if path.stem == "__init__" or len(path.parts) > 2 else path.parts
    return "/".join(tail) + ":"
