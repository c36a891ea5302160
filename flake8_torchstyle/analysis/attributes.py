"""Where attributes get their values: class bodies, `self.x = ...` in any method, containers filled later."""

from __future__ import annotations

import ast
from typing import NamedTuple

from .classes import class_body
from .names import FileNames
from .nodes import FILLERS
from .types import FunctionNode, ProjectClass
from .walking import walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ASSIGNING = frozenset({ast.Attribute, ast.Call, ast.AugAssign, ast.Assign})


class Assignment(NamedTuple):
    """One source of an attribute's value.

    `value` is assigned as it stands, or (`path`) a part of it is: `self.a, self.b = value`. `annotation` is a declared
    type, `element` something put into the container that the attribute is.
    """

    row: int
    value: ast.expr | None = None
    annotation: ast.expr | None = None
    element: ast.expr | None = None
    is_extension: bool = False
    path: tuple[int, ...] = ()
    iterated: bool = False


class AttributeTable:
    """The assignments to each attribute of one class, in the order of the text."""

    def __init__(self, cls: ProjectClass) -> None:
        self._table: dict[str, list[Assignment]] = {}
        names = cls.module.names
        for statement in class_body(cls.node):
            self._add_class_level(statement)
            if isinstance(statement, _FUNCTIONS):
                self._add_method(statement, names)

    def of(self, name: str) -> list[Assignment]:
        """The assignments to one attribute."""
        return self._table.get(name, [])

    def _add(self, name: str, assignment: Assignment) -> None:
        self._table.setdefault(name, []).append(assignment)

    def _add_class_level(self, statement: ast.stmt) -> None:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                self._add(name, Assignment(statement.lineno, value=value, annotation=annotation))
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        self._add(target.id, Assignment(statement.lineno, value=value))

    def _add_method(self, method: FunctionNode, names: FileNames) -> None:
        receiver = self_name(method)
        if receiver is None:
            return
        for node in walk(method):
            if type(node) not in _ASSIGNING:
                continue
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store()) if name == receiver:
                    assignment = stored(node, names)
                    if assignment:
                        self._add(attr, assignment)
                case ast.Call():
                    self._add_filled(node, receiver)
                case ast.AugAssign(target=ast.Attribute(value=ast.Name(id=name), attr=attr), value=value):
                    if name == receiver:
                        self._add(attr, Assignment(node.lineno, element=value, is_extension=True))
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr=attr))], value=value
                ) if name == receiver:
                    self._add(attr, Assignment(node.lineno, element=value))

    def _add_filled(self, call: ast.Call, receiver: str) -> None:
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(value=ast.Name(id=name), attr=attr), attr=method),
                args=[*_, last],
            ) if name == receiver and method in FILLERS:
                extends = method in ("extend", "update")
                self._add(attr, Assignment(call.lineno, element=last, is_extension=extends))
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="add_module" | "register_module"),
                args=[ast.Constant(value=str(attr)), value],
            ) if name == receiver:
                self._add(attr, Assignment(call.lineno, value=value))
            case ast.Call(
                func=ast.Name(id="setattr"), args=[ast.Name(id=name), ast.Constant(value=str(attr)), value]
            ) if name == receiver:
                self._add(attr, Assignment(call.lineno, value=value))


def self_name(function: FunctionNode | ast.Lambda) -> str | None:
    """The name of a method's first parameter; None for static methods and functions without one."""
    if isinstance(function, ast.Lambda) or any(ast.unparse(d) == "staticmethod" for d in function.decorator_list):
        return None
    arguments = [*function.args.posonlyargs, *function.args.args]
    return arguments[0].arg if arguments else None


def stored(target: ast.expr, names: FileNames) -> Assignment | None:
    """What a store to `target` assigns."""
    path: tuple[int, ...] = ()
    child: ast.expr = target
    parent = names.parent(child)
    while isinstance(parent, (ast.Tuple, ast.List)):
        path = (parent.elts.index(child), *path)
        child = parent
        parent = names.parent(child)
    match parent:
        case ast.Assign(value=value):
            return Assignment(parent.lineno, value=value, path=path)
        case ast.AnnAssign(value=value, annotation=annotation):
            return Assignment(parent.lineno, value=value, annotation=annotation)
        case ast.For(iter=iterable) | ast.AsyncFor(iter=iterable):
            return Assignment(parent.lineno, value=iterable, path=path, iterated=True)
        case ast.withitem(context_expr=value):
            return Assignment(value.lineno, value=value, path=path)
    return None
