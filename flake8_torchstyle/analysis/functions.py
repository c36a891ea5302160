"""What functions give: by annotation where that says enough, else by what they return; and whose methods they are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .annotations import annotation_value
from .attributes import self_name
from .project import SourceModule
from .types import (
    NOTHING,
    UNKNOWN,
    FunctionNode,
    FunctionRef,
    Instance,
    Items,
    ProjectClass,
    Unknown,
    Value,
    short,
    union,
)

if TYPE_CHECKING:
    from .values import Evaluator

_KEEP_RESULT = frozenset(
    "property cached_property setter staticmethod classmethod abstractmethod lru_cache cache contextmanager "
    "asynccontextmanager overload override final wraps no_grad inference_mode enable_grad set_grad_enabled ignore "
    "unused export fixture deprecated jit script".split()
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def returned(ev: Evaluator, function: FunctionRef) -> Value:
    """What calling a function gives, its decorators included: one that is not known may change the result."""
    found = _undecorated(ev, function)
    decorators = getattr(function.node, "decorator_list", ())
    return found if all(_keeps_result(decorator) for decorator in decorators) else union((found, UNKNOWN))


def _keeps_result(decorator: ast.expr) -> bool:
    expression = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(expression).rpartition(".")[2] in _KEEP_RESULT


def _undecorated(ev: Evaluator, function: FunctionRef) -> Value:
    """What calling a function gives: its annotation where that says enough, else what it returns."""
    node = function.node
    if isinstance(node, ast.Lambda):
        return ev.value(node.body, function.module)
    if node.returns is not None:
        by_annotation = _returned_by_annotation(ev, node, function)
        if by_annotation and not any(isinstance(alternative, Unknown) for alternative in by_annotation):
            ev.note(f"`{node.name}` returns `{short(node.returns)}`", function.module, node.lineno)
            return by_annotation
    results = list(_results(node))
    if any(isinstance(result, (ast.Yield, ast.YieldFrom)) for result in results):
        return (Items(union(ev.value(r.value, function.module) for r in results if isinstance(r, ast.Yield))),)
    values = [ev.value(r.value, function.module) for r in results if isinstance(r, ast.Return) and r.value]
    ev.note(f"`{node.name}` returns what line(s) {_rows(results)} say", function.module, node.lineno)
    # A function that returns nothing is there to be overridden.
    return union(values) if values else UNKNOWN


def _returned_by_annotation(ev: Evaluator, node: FunctionNode, function: FunctionRef) -> Value:
    if node.returns is None:
        return NOTHING
    if ast.unparse(node.returns).strip("'\"").rpartition(".")[2] == "Self" and function.owner is not None:
        return (Instance(function.owner.cls, exact=False),)
    return annotation_value(ev, node.returns, function.module)


def owner_class(function: ast.AST, module: SourceModule) -> ProjectClass | None:
    """The class in whose body a function stands."""
    parent = module.names.parent(function)
    while isinstance(parent, (ast.If, ast.Try)):
        parent = module.names.parent(parent)
    return ProjectClass(module, parent) if isinstance(parent, ast.ClassDef) else None


def owner_of_self(name: ast.Name, module: SourceModule) -> ProjectClass | None:
    """The class whose method's first parameter `name` is."""
    found = module.names.lookup(name.id, name)
    if found is None or not isinstance(found[0].node, (*_FUNCTIONS, ast.Lambda)):
        return None
    is_first = self_name(found[0].node) == name.id
    return owner_class(found[0].node, module) if is_first else None


def _results(function: FunctionNode) -> Iterator[ast.Return | ast.Yield | ast.YieldFrom]:
    """The return and yield points of a function, those of functions inside it left out."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop(0)
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)):
            yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            pending = [*ast.iter_child_nodes(node), *pending]


def _rows(nodes: list[ast.Return | ast.Yield | ast.YieldFrom]) -> str:
    return ", ".join(str(node.lineno) for node in nodes) or "-"
