"""Where attributes get their values: class bodies, `self.x = ...` in any method, containers filled later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from .classes import class_body
from .names import FileNames
from .nodes import FILLERS
from .types import FunctionNode, ProjectClass
from .walking import walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ASSIGNING = frozenset({ast.Attribute, ast.Call, ast.AugAssign, ast.Assign})
# Calls that say in a string, which may be spelled in many ways, what they assign to.
_BY_TEXT = ("add_module", "register_module", "setattr")


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
    """The assignments to the attributes of one class, in the order of the text; an attribute's when it is asked for."""

    def __init__(self, cls: ProjectClass) -> None:
        self._names = cls.module.names
        self._body = list(class_body(cls.node))
        self._table: dict[str, list[Assignment]] = {}

    def of(self, name: str) -> list[Assignment]:
        """The assignments to one attribute."""
        if name not in self._table:
            self._table[name] = [found for statement in self._body for found in self._in_statement(statement, name)]
        return self._table[name]

    def _in_statement(self, statement: ast.stmt, attribute: str) -> Iterator[Assignment]:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value) if name == attribute:
                yield Assignment(statement.lineno, value=value, annotation=annotation)
            case ast.Assign(targets=targets, value=value):
                named = [target for target in targets if isinstance(target, ast.Name) and target.id == attribute]
                yield from (Assignment(statement.lineno, value=value) for _ in named)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                receiver = self_name(statement)
                if receiver is not None and self._names.says(statement, (attribute, *_BY_TEXT)):
                    yield from self._in_method(statement, receiver, attribute)

    def _in_method(self, method: FunctionNode, receiver: str, attribute: str) -> Iterator[Assignment]:
        for node in walk(method):
            if type(node) not in _ASSIGNING:
                continue
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store()):
                    if (name, attr) == (receiver, attribute) and (assignment := stored(node, self._names)):
                        yield assignment
                case ast.Call():
                    yield from _filled(node, receiver, attribute)
                case ast.AugAssign(target=ast.Attribute(value=ast.Name(id=name), attr=attr), value=value):
                    if (name, attr) == (receiver, attribute):
                        yield Assignment(node.lineno, element=value, is_extension=True)
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr=attr))], value=value
                ) if (name, attr) == (receiver, attribute):
                    yield Assignment(node.lineno, element=value)


def _filled(call: ast.Call, receiver: str, attribute: str) -> Iterator[Assignment]:
    """What a call puts into an attribute: as it stands, or into the container that it is."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(value=ast.Name(id=name), attr=attr), attr=method), args=[*_, last]
        ) if (name, attr) == (receiver, attribute) and method in FILLERS:
            yield Assignment(call.lineno, element=last, is_extension=method in ("extend", "update"))
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="add_module" | "register_module"),
            args=[ast.Constant(value=str(attr)), value],
        ) if (name, attr) == (receiver, attribute):
            yield Assignment(call.lineno, value=value)
        case ast.Call(func=ast.Name(id="setattr"), args=[ast.Name(id=name), ast.Constant(value=str(attr)), value]) if (
            name,
            attr,
        ) == (receiver, attribute):
            yield Assignment(call.lineno, value=value)


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
