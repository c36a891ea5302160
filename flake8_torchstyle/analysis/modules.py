"""Is the receiver of a `.forward(...)` call an nn.Module with the stock `__call__`?

The answer is a proof, a likelihood or nothing. A proof needs every class that the receiver can have, with all bases up
to torch, to be known; one unread base or one unknown alternative makes it a likelihood, one alternative with another
`__call__` (or none) makes it nothing.
"""

from __future__ import annotations

import ast
import enum
import pathlib
from dataclasses import dataclass
from functools import cached_property

from .attributes import self_name
from .classes import Nature
from .evidence import module_calls
from .functions import owner_class, owner_of_self
from .knowledge import Kind, knowledge
from .names import FileNames
from .project import Project, SourceModule
from .reach import Surroundings
from .types import (
    MODULE_ROOT,
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


class Certainty(enum.Enum):
    """How sure it is that the receiver is a module with the stock `__call__`."""

    PROVEN = "proven"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class ForwardCall:
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
        return Surroundings(self.names)

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
        method = call.func if isinstance(call, ast.Call) else call
        receiver = method.value if isinstance(method, ast.Attribute) else method
        why = self._surroundings.would_recurse(call, receiver)
        if why is not None:
            return None, (Evidence(f"the call {why}", self._module.path, call.lineno),)
        self._evaluator.begin()
        value = self._evaluator.value(receiver, self._module)
        natures = [self._nature(alternative) for alternative in value] or [Nature.UNKNOWN]
        evidence = (*self._evaluator.trace, *self._class_evidence(value))
        if all(nature is Nature.UNKNOWN for nature in natures) or self._is_mixin(receiver, value, natures):
            return self._by_calls(receiver, value, evidence)
        if Nature.CUSTOM_CALL in natures or Nature.NOT_MODULE in natures:
            return None, evidence
        certain = all(nature is Nature.MODULE for nature in natures)
        override = self._overriding_subclass(value)
        if override is not None:
            evidence = (*evidence, override)
        certainty = Certainty.PROVEN if certain and override is None else Certainty.LIKELY
        safe = certainty is Certainty.PROVEN and self._fix_is_safe(call, receiver, value)
        return ForwardCall(certainty, safe, self._describe(value), evidence), evidence

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

    def _is_mixin(self, receiver: ast.expr, value: Value, natures: list[Nature]) -> bool:
        """Whether the receiver is `self` of a class that may be mixed into a module."""
        return (
            isinstance(receiver, ast.Name)
            and natures == [Nature.NOT_MODULE]
            and isinstance(value[0], Instance)
            and not value[0].exact
            and isinstance(value[0].cls, ProjectClass)
            and owner_of_self(receiver, self._module) == value[0].cls
        )

    def _by_calls(
        self, receiver: ast.expr, value: Value, evidence: tuple[Evidence, ...]
    ) -> tuple[ForwardCall | None, tuple[Evidence, ...]]:
        """A likelihood, if calls that only modules have are made on the receiver."""
        defined = frozenset(
            item.name
            for cls in _classes(value)
            for parent in self._evaluator.classes.project_order(cls)
            for item in parent.node.body
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))
        )
        signs = module_calls(self._module, receiver, defined)
        evidence = (*evidence, *signs)
        if not signs:
            return None, evidence
        return ForwardCall(Certainty.LIKELY, False, f"used as an nn.Module ({signs[0].text})", evidence), evidence

    def _overriding_subclass(self, value: Value) -> Evidence | None:
        """A class of the project that derives from the receiver's declared class and has its own `__call__`."""
        declared = [a.cls for a in value if isinstance(a, Instance) and not a.exact and isinstance(a.cls, ProjectClass)]
        if not declared or self._project is None:
            return None
        classes = self._evaluator.classes
        for module, node in self._project.call_overrides({cls.name for cls in declared}):
            override = ProjectClass(module, node)
            for cls in declared:
                below = cls in classes.order(override) and cls != override
                if below and classes.answer(override).nature is Nature.CUSTOM_CALL:
                    text = f"its subclass `{override.name}` has its own `__call__`"
                    return Evidence(text, module.path, node.lineno)
        return None

    def _fix_is_safe(self, call: ast.expr, receiver: ast.expr, value: Value) -> bool:
        surroundings = self._surroundings
        if surroundings.in_own_forward(call, receiver) or surroundings.is_scripted(call):
            return False
        for alternative in value:
            cls = getattr(alternative, "cls", None)
            if isinstance(alternative, Instance) and not alternative.exact and isinstance(cls, ExternalClass):
                return False
            if cls is not None and self._is_interface(cls):
                return False
        return True

    def _is_interface(self, cls: ClassRef) -> bool:
        return any(
            parent.module.names.resolve(decorator) in ("torch.jit.interface", "torch.jit.script")
            for parent in self._evaluator.classes.project_order(cls)
            for decorator in parent.node.decorator_list
        )

    def _describe(self, value: Value) -> str:
        """The receiver's class as the message names it: "`Encoder`, an nn.Module (models/encoder.py:12)"."""
        cls = next(iter(_classes(value)), MODULE_ROOT)
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
