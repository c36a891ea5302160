"""The nodes of one file by what the analysis looks for, found in one walk."""

from __future__ import annotations

import ast

from .walking import walk

# Methods that put something into a container.
FILLERS = frozenset({"append", "insert", "extend", "add_module", "register_module", "update"})
_INDEXED = frozenset({ast.Call, ast.Attribute, ast.ClassDef, ast.AugAssign, ast.Assign})


class NodeIndex:
    """Calls by the last name of what they call, places that assign to an attribute by its name, classes."""

    def __init__(self, tree: ast.Module) -> None:
        self.calls: dict[str, list[ast.Call]] = {}
        self.stores: dict[str, list[ast.Attribute]] = {}
        self.classes: list[ast.ClassDef] = []
        # What is put into the container that a variable is: the variable, the thing, whether that is a container too.
        self.fills: dict[str, list[tuple[ast.Name, ast.expr, bool]]] = {}
        for node in walk(tree):
            if type(node) not in _INDEXED:
                continue
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    self.calls.setdefault(name, []).append(node)
                    self._add_filling(node)
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    self.stores.setdefault(name, []).append(node)
                case ast.ClassDef():
                    self.classes.append(node)
                case ast.AugAssign(target=ast.Name() as variable, value=value):
                    self.fills.setdefault(variable.id, []).append((variable, value, True))
                case ast.Assign(targets=[ast.Subscript(value=ast.Name() as variable)], value=value):
                    self.fills.setdefault(variable.id, []).append((variable, value, False))

    def _add_filling(self, call: ast.Call) -> None:
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name() as variable, attr=method), args=[*_, last]):
                if method in FILLERS:
                    self.fills.setdefault(variable.id, []).append((variable, last, method in ("extend", "update")))
