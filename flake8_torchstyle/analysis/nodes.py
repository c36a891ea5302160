"""The nodes of one file by what the analysis looks for: one walk for all questions, one pass for each kind."""

from __future__ import annotations

import ast
from functools import cached_property

from .walking import walk

# Methods that put something into a container.
FILLERS = frozenset({"append", "insert", "extend", "add_module", "register_module", "update"})
# The variable, what is put into it, and whether that is a container too.
Filling = tuple[ast.Name, ast.expr, bool]
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


class NodeIndex:
    """The nodes of a file; what is derived from them is worked out when first asked for."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._fills: dict[ast.AST, dict[str, list[Filling]]] = {}

    @cached_property
    def all(self) -> list[ast.AST]:
        """Every node, each level after the one above it, without those that `walking.walk` leaves out."""
        return walk(self._tree)

    @cached_property
    def statements(self) -> list[ast.AST]:
        """Every statement, handler and `case`, in the order of `all`; no expression is looked at."""
        found: list[ast.AST] = [self._tree]
        for node in found:
            for block in _BLOCKS:
                found += getattr(node, block, ())
        return found

    @cached_property
    def classes(self) -> dict[str, list[ast.ClassDef]]:
        """The classes by name."""
        found: dict[str, list[ast.ClassDef]] = {}
        for node in self.statements:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def calls(self) -> dict[str, list[ast.Call]]:
        """The calls by the last name of what they call."""
        found: dict[str, list[ast.Call]] = {}
        for node in self.all:
            if type(node) is ast.Call:
                match node.func:
                    case ast.Name(id=name) | ast.Attribute(attr=name):
                        found.setdefault(name, []).append(node)
        return found

    @cached_property
    def stores(self) -> dict[str, list[ast.Attribute]]:
        """The places at which statements assign to an attribute, by its name."""
        found: dict[str, list[ast.Attribute]] = {}
        for target in (target for node in self.statements for target in _targets(node)):
            for part in walk(target):
                if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
                    found.setdefault(part.attr, []).append(part)
        return found

    def fills(self, scope: ast.AST) -> dict[str, list[Filling]]:
        """What the code in a scope, the scopes inside it included, puts into the container that a variable is."""
        if scope not in self._fills:
            found: dict[str, list[Filling]] = {}
            self._fills[scope] = found
            for node in self.all if scope is self._tree else walk(scope):
                if type(node) in (ast.Call, ast.AugAssign, ast.Assign) and (filling := _filling(node)):
                    found.setdefault(filling[0].id, []).append(filling)
        return self._fills[scope]


def _targets(statement: ast.AST) -> list[ast.expr]:
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return [target]
        case ast.For(target=target) | ast.AsyncFor(target=target):
            return [target]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return [item.optional_vars for item in items if item.optional_vars]
    return []


def _filling(node: ast.AST) -> Filling | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name() as variable, attr=method), args=[*_, last]):
            return (variable, last, method in ("extend", "update")) if method in FILLERS else None
        case ast.AugAssign(target=ast.Name() as variable, value=value):
            return variable, value, True
        case ast.Assign(targets=[ast.Subscript(value=ast.Name() as variable)], value=value):
            return variable, value, False
    return None
