"""Classes across files: bases, method resolution order, and whether calling an object runs nn.Module's `__call__`."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .knowledge import Kind, knowledge
from .types import (
    ClassObject,
    ClassRef,
    Evidence,
    ExternalClass,
    ExternalRef,
    FunctionNode,
    ProjectClass,
    Value,
)

_UNREAD = ExternalClass("?")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Nature(enum.Enum):
    """What a class is to the rules."""

    MODULE = "an nn.Module"
    CUSTOM_CALL = "a class with its own `__call__`"
    NOT_MODULE = "not an nn.Module"
    PARTLY = "an nn.Module with an unread base class"
    UNKNOWN = "a class with an unread base class"


@dataclass(frozen=True, slots=True)
class Answer:
    """The nature of a class and what shows it."""

    nature: Nature
    evidence: tuple[Evidence, ...]


class Classes:
    """Answers about classes, each found once. `evaluate` gives the value of a base class expression in its file."""

    def __init__(self, evaluate: Callable[[ast.expr, ProjectClass], Value]) -> None:
        self._evaluate = evaluate
        self._orders: dict[ClassRef, tuple[ClassRef, ...]] = {}
        self._answers: dict[ClassRef, Answer] = {}
        self._open: set[ClassRef] = set()

    def order(self, cls: ClassRef) -> tuple[ClassRef, ...]:
        """The method resolution order, as far as it can be read; `?` stands for what cannot."""
        if isinstance(cls, ExternalClass):
            return (cls,)
        if cls not in self._orders:
            if cls in self._open:
                return (cls, _UNREAD)
            self._open.add(cls)
            try:
                bases = list(self._bases(cls))
                self._orders[cls] = (cls, *_merge([*(list(self.order(base)) for base in bases), bases]))
            finally:
                self._open.discard(cls)
        return self._orders[cls]

    def _bases(self, cls: ProjectClass) -> Iterator[ClassRef]:
        for base in cls.node.bases:
            expression = base.value if isinstance(base, ast.Subscript) else base
            found = False
            for alternative in self._evaluate(expression, cls):
                match alternative:
                    case ClassObject(cls=parent) if parent != cls:
                        found = True
                        yield parent
                    case ExternalRef(qualified=qualified):
                        found = True
                        yield ExternalClass(qualified)
            if not found:
                yield _UNREAD

    def project_order(self, cls: ClassRef) -> list[ProjectClass]:
        """The classes of the method resolution order whose source is at hand."""
        return [parent for parent in self.order(cls) if isinstance(parent, ProjectClass)]

    def answer(self, cls: ClassRef) -> Answer:
        """What a class is, and why."""
        if cls not in self._answers:
            self._answers[cls] = self._judge(cls)
        return self._answers[cls]

    def _judge(self, cls: ClassRef) -> Answer:
        unread = False
        evidence: list[Evidence] = []
        for parent in self.order(cls):
            if isinstance(parent, ProjectClass):
                own = own_call(parent)
                where = parent.module.path
                if own is not None:
                    evidence.append(Evidence(f"`{parent.name}` has its own `__call__`", where, own.lineno))
                    return Answer(Nature.CUSTOM_CALL, tuple(evidence))
                listed = ", ".join(ast.unparse(base) for base in parent.node.bases)
                evidence.append(Evidence(f"class `{parent.name}({listed})`", where, parent.node.lineno))
                continue
            match knowledge().kind(parent.qualified):
                case Kind.MODULE:
                    nature = Nature.PARTLY if unread else Nature.MODULE
                    evidence.append(Evidence(f"`{parent.qualified}` is an nn.Module", None, 0))
                    return Answer(nature, tuple(evidence))
                case Kind.CUSTOM_CALL:
                    evidence.append(Evidence(f"`{parent.qualified}` has its own `__call__`", None, 0))
                    return Answer(Nature.CUSTOM_CALL, tuple(evidence))
                case Kind.UNKNOWN:
                    unread = True
                    evidence.append(Evidence(f"base class `{parent.qualified}` cannot be read", None, 0))
        return Answer(Nature.UNKNOWN if unread else Nature.NOT_MODULE, tuple(evidence))

    def find_method(self, cls: ClassRef, name: str) -> tuple[ProjectClass, FunctionNode] | None:
        """The method that attribute access finds, with the class that defines it."""
        for parent in self.project_order(cls):
            for item in class_body(parent.node):
                if isinstance(item, _FUNCTIONS) and item.name == name:
                    return parent, item
        return None


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
