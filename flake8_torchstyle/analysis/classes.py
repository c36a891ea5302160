"""Classes across files: bases, method resolution order, and whether calling an object runs nn.Module's `__call__`."""

from __future__ import annotations

import ast
import enum
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .knowledge import Kind, knowledge
from .types import (
    ClassObject,
    ClassRef,
    Evidence,
    ExternalClass,
    ExternalRef,
    FunctionNode,
    FunctionRef,
    ProjectClass,
    Value,
)

_UNREAD = ExternalClass("?")
_MAX_VARIANTS = 8
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Nature(enum.Enum):
    """What a class is to the rules."""

    MODULE = "an nn.Module"
    CUSTOM_CALL = "a class with its own `__call__`"
    NOT_MODULE = "not an nn.Module"
    PARTLY = "an nn.Module with an unread base class"
    UNKNOWN = "a class with an unread base class"


# Of the natures that a class can have, depending on what its bases turn out to be, the one that decides.
_BY_WEIGHT = (Nature.CUSTOM_CALL, Nature.NOT_MODULE, Nature.UNKNOWN, Nature.PARTLY, Nature.MODULE)


class Answer(NamedTuple):
    """The nature of a class and what shows it."""

    nature: Nature
    evidence: tuple[Evidence, ...]


class Classes:
    """Answers about classes, each found once. `evaluate` gives the value of a base class expression in its file."""

    def __init__(self, evaluate: Callable[[ast.expr, ProjectClass], Value]) -> None:
        self._evaluate = evaluate
        self._orders: dict[ClassRef, tuple[ClassRef, ...]] = {}
        self._linear: dict[ClassRef, list[tuple[ClassRef, ...]]] = {}
        self._answers: dict[ClassRef, Answer] = {}
        self._open: set[ClassRef] = set()

    def order(self, cls: ClassRef) -> tuple[ClassRef, ...]:
        """The method resolution order, as far as it can be read; `?` stands for what cannot.

        Where a base is one class or another (an import under `try`), the classes of every possible order, each once.
        """
        if cls not in self._orders:
            self._orders[cls] = tuple(dict.fromkeys(parent for variant in self._variants(cls) for parent in variant))
        return self._orders[cls]

    def _variants(self, cls: ClassRef) -> list[tuple[ClassRef, ...]]:
        """The possible method resolution orders: more than one where a base has alternatives."""
        if isinstance(cls, ExternalClass):
            return [(cls,)]
        if cls not in self._linear:
            if cls in self._open:
                return [(cls, _UNREAD)]
            self._open.add(cls)
            try:
                self._linear[cls] = self._linearised(cls)
            finally:
                self._open.discard(cls)
        return self._linear[cls]

    def _linearised(self, cls: ProjectClass) -> list[tuple[ClassRef, ...]]:
        found: list[tuple[ClassRef, ...]] = []
        for bases in itertools.product(*self._bases(cls)):
            for orders in itertools.product(*(self._variants(base) for base in bases)):
                if len(found) == _MAX_VARIANTS:
                    return [*found, (cls, _UNREAD)]
                found.append((cls, *_merge([*map(list, orders), list(bases)])))
        return found

    def _bases(self, cls: ProjectClass) -> Iterator[list[ClassRef]]:
        """The alternatives for each base."""
        for base in cls.node.bases:
            expression = base.value if isinstance(base, ast.Subscript) else base
            found: list[ClassRef] = []
            for alternative in self._evaluate(expression, cls):
                match alternative:
                    case ClassObject(cls=parent):
                        found += [parent] if parent != cls else []
                    case ExternalRef(qualified=qualified):
                        found.append(ExternalClass(qualified))
                    case _:
                        found.append(_UNREAD)
            yield [parent for parent in found if not _is_stand_in(parent)] or found or [_UNREAD]

    def project_order(self, cls: ClassRef) -> list[ProjectClass]:
        """The classes of the method resolution order whose source is at hand."""
        return [parent for parent in self.order(cls) if isinstance(parent, ProjectClass)]

    def answer(self, cls: ClassRef) -> Answer:
        """What a class is, and why."""
        if cls not in self._answers:
            self._answers[cls] = self._judge(cls)
        return self._answers[cls]

    def _judge(self, cls: ClassRef) -> Answer:
        answers = [self._judge_order(variant) for variant in self._variants(cls)]
        natures = {answer.nature for answer in answers}
        decisive = next((nature for nature in _BY_WEIGHT if nature in natures), Nature.UNKNOWN)
        if decisive is Nature.UNKNOWN and natures & {Nature.MODULE, Nature.PARTLY}:
            decisive = Nature.PARTLY
        return Answer(decisive, tuple(dict.fromkeys(e for answer in answers for e in answer.evidence)))

    def _judge_order(self, order: tuple[ClassRef, ...]) -> Answer:
        unread = False
        evidence: list[Evidence] = []
        for parent in order:
            if isinstance(parent, ProjectClass):
                found = self._own_call(parent)
                if found is not None:
                    return Answer(Nature.CUSTOM_CALL, (*evidence, found))
                listed = ", ".join(ast.unparse(base) for base in parent.node.bases)
                text = f"class `{parent.name}({listed})`" if listed else f"class `{parent.name}`"
                evidence.append(Evidence(text, parent.module.path, parent.node.lineno))
                continue
            match knowledge().kind(parent.qualified):
                case Kind.MODULE:
                    nature = Nature.PARTLY if unread else Nature.MODULE
                    return Answer(nature, (*evidence, Evidence(f"`{parent.qualified}` is an nn.Module", None, 0)))
                case Kind.CUSTOM_CALL:
                    text = f"`{parent.qualified}` has its own `__call__`"
                    return Answer(Nature.CUSTOM_CALL, (*evidence, Evidence(text, None, 0)))
                case Kind.SOME_MODULE:
                    return Answer(Nature.PARTLY, tuple(evidence))
                case Kind.UNKNOWN:
                    unread = True
                    text = "a base class" if parent == _UNREAD else f"base class `{parent.qualified}`"
                    evidence.append(Evidence(f"{text} cannot be read", None, 0))
        return Answer(Nature.UNKNOWN if unread else Nature.NOT_MODULE, tuple(evidence))

    def _own_call(self, cls: ProjectClass) -> Evidence | None:
        """What gives a class its own `__call__`: its body, an assignment to it, a decorator."""
        own = own_call(cls)
        if own is not None:
            return Evidence(f"`{cls.name}` has its own `__call__`", cls.module.path, own.lineno)
        for decorator in cls.node.decorator_list:
            expression = decorator.func if isinstance(decorator, ast.Call) else decorator
            for alternative in self._evaluate(expression, cls):
                if isinstance(alternative, FunctionRef) and _mentions_call(alternative.node):
                    text = f"`@{ast.unparse(expression)}` gives `{cls.name}` its own `__call__`"
                    return Evidence(text, alternative.module.path, alternative.node.lineno)
        return None

    def builds_something_else(self, cls: ClassRef) -> bool:
        """Whether calling the class may give something else than an object of it, by `__new__` or the metaclass."""
        return any(
            any(getattr(item, "name", "") == "__new__" for item in class_body(parent.node))
            or any(k.arg == "metaclass" and self._has_call(k.value, parent) for k in parent.node.keywords)
            for parent in self.project_order(cls)
        )

    def _has_call(self, metaclass: ast.expr, cls: ProjectClass) -> bool:
        return any(
            own_call(parent) is not None
            for alternative in self._evaluate(metaclass, cls)
            if isinstance(alternative, ClassObject)
            for parent in self.project_order(alternative.cls)
        )

    def find_method(self, cls: ClassRef, name: str) -> tuple[ProjectClass, FunctionNode] | None:
        """The method that attribute access finds, with the class that defines it."""
        for parent in self.project_order(cls):
            for item in class_body(parent.node):
                if isinstance(item, _FUNCTIONS) and item.name == name:
                    return parent, item
        return None

    def find_class(self, cls: ClassRef, name: str) -> ProjectClass | None:
        """The class nested in a class that attribute access finds."""
        for parent in self.project_order(cls):
            for item in class_body(parent.node):
                if isinstance(item, ast.ClassDef) and item.name == name:
                    return ProjectClass(parent.module, item)
        return None


def _is_stand_in(cls: ClassRef) -> bool:
    """Whether a class takes the place of a base that could not be imported: `object`, or a class with nothing in it."""
    if isinstance(cls, ExternalClass):
        return cls.qualified == "builtins.object"
    return not cls.node.bases and all(isinstance(item, (ast.Pass, ast.Expr)) for item in cls.node.body)


def _mentions_call(node: ast.AST) -> bool:
    """Whether a decorator's code deals with `__call__`."""
    return any(
        (isinstance(inner, ast.Attribute) and inner.attr == "__call__")
        or (isinstance(inner, ast.Constant) and inner.value == "__call__")
        or (isinstance(inner, _FUNCTIONS) and inner.name == "__call__")
        for inner in ast.walk(node)
    )


def _merge(sequences: Sequence[list[ClassRef]]) -> list[ClassRef]:
    """The C3 merge (https://docs.python.org/3/howto/mro.html); classes that fit no order come as they are listed."""
    pending = [list(sequence) for sequence in sequences if sequence]
    merged: list[ClassRef] = []
    while pending:
        head = next(
            (s[0] for s in pending if not any(s[0] in other[1:] for other in pending)),
            pending[0][0],
        )
        merged.append(head)
        pending = [rest for s in pending if (rest := [c for c in s if c != head])]
    return merged


def class_body(node: ast.ClassDef) -> Iterator[ast.stmt]:
    """The statements of a class body, those under `if` and `try` too, but not what only type checkers see."""
    pending = list(node.body)
    while pending:
        statement = pending.pop(0)
        yield statement
        if isinstance(statement, ast.If) and "TYPE_CHECKING" not in ast.dump(statement.test):
            pending = [*statement.body, *statement.orelse, *pending]
        elif isinstance(statement, ast.Try):
            pending = [*statement.body, *(s for h in statement.handlers for s in h.body), *pending]


def own_call(cls: ProjectClass) -> ast.stmt | None:
    """The statement that gives a class its own `__call__`; one that only hands on to `super().__call__` is none."""
    for item in class_body(cls.node):
        match item:
            case ast.FunctionDef(name="__call__") | ast.AsyncFunctionDef(name="__call__"):
                if not _hands_on(item) and not _is_overload(item):
                    return item
            case ast.Assign(targets=targets) if any(_is_name(target, "__call__") for target in targets):
                return item
            case ast.AnnAssign(target=target, value=ast.expr()) if _is_name(target, "__call__"):
                return item
    for statement in cls.module.names.tree.body:
        match statement:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="__call__")]) if name == cls.name:
                return statement
            case ast.Expr(
                value=ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=name), ast.Constant(value="__call__"), _])
            ) if name == cls.name:
                return statement
    return None


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_overload(function: FunctionNode) -> bool:
    return any(ast.unparse(decorator).endswith("overload") for decorator in function.decorator_list)


def _hands_on(function: FunctionNode) -> bool:
    """Whether a `__call__` does nothing but `return super().__call__(<its own arguments>)`."""
    body = function.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    match body:
        case [
            ast.Return(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__call__"),
                    args=args,
                    keywords=keywords,
                )
            )
        ] if not function.decorator_list:
            handed = [argument.value if isinstance(argument, ast.Starred) else argument for argument in args]
            return all(isinstance(value, ast.Name) for value in (*handed, *(k.value for k in keywords)))
    return False
