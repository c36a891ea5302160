"""The nodes of one file by what the analysis looks for: one walk for all questions, one pass for each kind."""

from __future__ import annotations

import ast
from functools import cached_property

from .walking import walk

# Methods that put something into a container.
FILLERS = frozenset({"append", "insert", "extend", "add_module", "register_module", "update"})
_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


class NodeIndex:
    """The nodes of a file; what is derived from them is worked out when first asked for."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree

    @cached_property
    def all(self) -> list[ast.AST]:
        """Every node, each level after the one above it, without those that `walking.walk` leaves out."""
        return walk(self._tree)

    @cached_property
    def classes(self) -> dict[str, list[ast.ClassDef]]:
        """The classes by name, in the order of `all`. No expression is looked at: none can hold a class."""
        found: dict[str, list[ast.ClassDef]] = {}
        statements: list[ast.AST] = [self._tree]
        for node in statements:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(node)
            for block in _BLOCKS:
                statements += getattr(node, block, ())
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
        """The places that assign to an attribute, by its name."""
        found: dict[str, list[ast.Attribute]] = {}
        for node in self.all:
            if type(node) is ast.Attribute and isinstance(node.ctx, ast.Store):
                found.setdefault(node.attr, []).append(node)
        return found

    @cached_property
    def fills(self) -> dict[str, list[tuple[ast.Name, ast.expr, bool]]]:
        """What is put into the container that a variable is, by its name.

        The variable, the thing, and whether that is a container too.
        """
        found: dict[str, list[tuple[ast.Name, ast.expr, bool]]] = {}
        for node in self.all:
            if type(node) in (ast.Call, ast.AugAssign, ast.Assign) and (filling := _filling(node)):
                found.setdefault(filling[0].id, []).append(filling)
        return found


def _filling(node: ast.AST) -> tuple[ast.Name, ast.expr, bool] | None:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name() as variable, attr=method), args=[*_, last]):
            return (variable, last, method in ("extend", "update")) if method in FILLERS else None
        case ast.AugAssign(target=ast.Name() as variable, value=value):
            return variable, value, True
        case ast.Assign(targets=[ast.Subscript(value=ast.Name() as variable)], value=value):
            return variable, value, False
    return None
