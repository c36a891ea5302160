"""Which bindings of a name can reach a place, and what `isinstance` says there.

A binding reaches a place unless a later one on every way to the place replaces it. Inside loops, bindings further down
reach the next round.
"""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator

from .names import Binding, BindingKind, FileNames, Scope

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def reaching(names: FileNames, scope: Scope, bindings: list[Binding], at: ast.AST) -> list[Binding]:
    """The bindings that may hold when control is at `at`; all of them where `at` runs in another scope."""
    if len(bindings) == 1 or names.scope_of(at) is not scope:
        return bindings
    around = [at, *names.ancestors(at)]
    loops = [node for node in around if isinstance(node, _LOOPS)]
    before = [b for b in bindings if b.kind is BindingKind.PARAMETER or _position(b.node) < _position(at)]
    before = [b for b in before if not _holds(names, b, at) and (loops or not _excluded(names, b, around))]
    start = max((i for i, b in enumerate(before) if _always_ran(names, b, around)), default=0)
    reached = before[start:]
    later = [
        b
        for b in bindings
        if b not in reached and b not in before and any(loop in names.ancestors(b.node) for loop in loops)
    ]
    return [*reached, *later] or bindings


def surely_stored(names: FileNames, target: ast.expr, at: ast.AST) -> bool:
    """Whether an assignment to `target` ran whenever control is at `at`, further down in the same function."""
    around = [at, *names.ancestors(at)]
    stored = Binding("", BindingKind.OTHER, target)
    return (
        names.scope_of(target) is names.scope_of(at)
        and _position(target) < _position(at)
        and not _holds(names, stored, at)
        and _always_ran(names, stored, around)
    )


def _excluded(names: FileNames, binding: Binding, around: list[ast.AST]) -> bool:
    """Whether the binding stands in the other branch of an `if` around the place."""
    child: ast.AST = binding.node
    for ancestor in names.ancestors(binding.node):
        if isinstance(ancestor, ast.If) and ancestor in around and child is not ancestor.test:
            own, other = (
                (ancestor.body, ancestor.orelse) if child in ancestor.body else (ancestor.orelse, ancestor.body)
            )
            return not any(node in own for node in around) and any(node in other for node in around)
        child = ancestor
    return False


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _holds(names: FileNames, binding: Binding, at: ast.AST) -> bool:
    """Whether `at` is part of the value that the binding takes: `x = f(x)`, `x, y = y, x`."""
    if binding.kind is BindingKind.PARAMETER:
        return False
    node = binding.node if isinstance(binding.node, ast.NamedExpr) else _statement(names, binding.node)
    value = getattr(node, "value", None)
    return isinstance(value, ast.expr) and (at is value or value in names.ancestors(at))


def _always_ran(names: FileNames, binding: Binding, around: list[ast.AST]) -> bool:
    """Whether the binding ran whenever control is inside the nodes `around`: it stands in one of their blocks."""
    if binding.kind is BindingKind.PARAMETER:
        return True
    statement = _statement(names, binding.node)
    parent = names.parent(statement) if statement else None
    if isinstance(binding.node, _LOOPS):
        return binding.node in around
    if parent not in around:
        return False
    # Two branches of one `if` have the same parent but are different blocks.
    return any(statement in block and any(node in block for node in around) for block in _blocks(parent))


def _statement(names: FileNames, node: ast.AST) -> ast.stmt | None:
    current: ast.AST | None = node
    while current is not None and not isinstance(current, ast.stmt):
        current = names.parent(current)
    return current


def _blocks(node: ast.AST | None) -> Iterator[list[ast.AST]]:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            yield block


def narrowing_classes(names: FileNames, expression: ast.expr, at: ast.AST) -> list[ast.expr]:
    """The class expressions of the nearest `isinstance(expression, ...)` that must have been true at `at`."""
    wanted = ast.dump(expression)
    parts = _parts(expression)
    child: ast.AST = at
    for node in names.ancestors(at):
        for block in _blocks(node):
            if child in block:
                telling = _telling(names, block, wanted, parts)
                if before := bisect.bisect_left(telling, block.index(child)):
                    return _established(block[telling[before - 1]], wanted)
        if found := _required(node, child, wanted):
            return found
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            break
        child = node
    return []


def _telling(names: FileNames, block: list[ast.AST], wanted: str, parts: set[str]) -> list[int]:
    """The indices of the statements of a block that say what an expression is, or make it another object."""
    key = id(block), wanted
    if key not in names.telling:
        names.telling[key] = [
            index
            for index, statement in enumerate(block)
            if _established(statement, wanted) or not parts.isdisjoint(names.rebound(statement))
        ]
    return names.telling[key]


def _required(node: ast.AST, child: ast.AST, wanted: str) -> list[ast.expr]:
    """What a condition says that holds wherever `child`, a direct part of `node`, runs."""
    match node:
        case ast.If(test=test, body=body) | ast.While(test=test, body=body) if child in body:
            return _asserted(test, wanted)
        case ast.IfExp(test=test, body=body) if child is body:
            return _asserted(test, wanted)
        case ast.BoolOp(op=ast.And(), values=values) if child in values:
            return next((found for v in values[: values.index(child)] if (found := _asserted(v, wanted))), [])
        case ast.comprehension(ifs=tests) if child in tests:
            return next((found for t in tests[: tests.index(child)] if (found := _asserted(t, wanted))), [])
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp() if child not in node.generators:
            tests = [test for generator in node.generators for test in generator.ifs]
            return next((found for test in tests if (found := _asserted(test, wanted))), [])
    return []


def _parts(expression: ast.expr) -> set[str]:
    """The expression and what it is an attribute of, as text: to assign to one of them makes it another object."""
    parts = {ast.unparse(expression)}
    while isinstance(expression, (ast.Attribute, ast.Subscript)):
        expression = expression.value
        parts.add(ast.unparse(expression))
    return parts


def _asserted(test: ast.expr, wanted: str) -> list[ast.expr]:
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[subject, classes]) if ast.dump(subject) == wanted:
            return list(classes.elts) if isinstance(classes, ast.Tuple) else [classes]
        case ast.BoolOp(op=ast.And(), values=values):
            return next((found for value in values if (found := _asserted(value, wanted))), [])
    return []


def _established(statement: ast.AST, wanted: str) -> list[ast.expr]:
    """What a statement guarantees to those after it: `assert isinstance(...)`, `if not isinstance(...): return`."""
    match statement:
        case ast.Assert(test=test):
            return _asserted(test, wanted)
        case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=test), body=[*_, last], orelse=[]) if isinstance(
            last, _LEAVES
        ):
            return _asserted(test, wanted)
    return []
