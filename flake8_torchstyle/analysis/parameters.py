"""What a parameter without annotation can be: its default, and what the project's own calls pass for it.

Other callers may pass anything else, so the answer always holds the unknown too: evidence, never a proof. The calls are
found by the function's name in the project's texts; a name that too many files call tells nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .attributes import self_name
from .functions import owner_class
from .project import SourceModule
from .subclasses import subclasses
from .types import NOTHING, UNKNOWN, ClassObject, FunctionNode, FunctionRef, ProjectClass, Unknown, Value, union
from .walking import walk

if TYPE_CHECKING:
    from .values import Evaluator

_MAX_FILES = 24
_MAX_CALLS = 40
_MAX_SUBCLASSES = 12
_MAX_NESTED = 3


def passed(ev: Evaluator, function: FunctionNode, argument: ast.arg, module: SourceModule) -> Value:
    """The alternatives for a parameter, the unknown one among them."""
    values = [_default(ev, function, argument, module)]
    if ev.depth_of_callers < _MAX_NESTED:
        ev.depth_of_callers += 1
        try:
            for call, bound, where in _calls(ev, function, module):
                value = _given(ev, call, function, argument, where, bound=bound)
                if any(not isinstance(alternative, Unknown) for alternative in value):
                    ev.note(f"`{argument.arg}` is passed by `{ast.unparse(call.func)}(...)`", where, call.lineno)
                values.append(value)
        finally:
            ev.depth_of_callers -= 1
    return union((*values, UNKNOWN))


def _default(ev: Evaluator, function: FunctionNode, argument: ast.arg, module: SourceModule) -> Value:
    positional = [*function.args.posonlyargs, *function.args.args]
    with_default = {
        **dict(zip(reversed(positional), reversed(function.args.defaults), strict=False)),
        **dict(zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)),
    }
    default = with_default.get(argument)
    return ev.value(default, module) if default is not None else NOTHING


def _given(
    ev: Evaluator, call: ast.Call, function: FunctionNode, argument: ast.arg, where: SourceModule, *, bound: bool
) -> Value:
    """What one call passes for the parameter; nothing where it does not say."""
    for keyword in call.keywords:
        if keyword.arg == argument.arg:
            return ev.value(keyword.value, where)
    positional = [*function.args.posonlyargs, *function.args.args][1 if bound else 0 :]
    if argument not in positional:
        return NOTHING
    index = positional.index(argument)
    listed = call.args[: index + 1]
    if len(listed) <= index or any(isinstance(node, ast.Starred) for node in listed):
        return NOTHING
    return ev.value(listed[index], where)


def _calls(
    ev: Evaluator, function: FunctionNode, module: SourceModule
) -> Iterator[tuple[ast.Call, bool, SourceModule]]:
    """The calls of a function in the project, each with whether its first parameter is bound already, and its file."""
    owner = owner_class(function, module)
    if owner is not None and function.name == "__init__":
        names = [owner.name]
        for sub in subclasses(ev, owner, _MAX_SUBCLASSES):
            names += [sub.name] if ev.classes.find_method(sub, "__init__") == (owner, function) else []
            yield from _super_calls(sub)
    else:
        names = [function.name]
    found = 0
    for call, where in _named_calls(ev, names, module):
        bound = _binds(ev, call, function, where)
        if bound is not None:
            found += 1
            yield call, bound, where
        if found == _MAX_CALLS:
            return


def _super_calls(cls: ProjectClass) -> Iterator[tuple[ast.Call, bool, SourceModule]]:
    """The calls of `super().__init__(...)` in a class's own `__init__`."""
    for item in cls.node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            for node in walk(item):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__")):
                        yield node, True, cls.module


def _named_calls(ev: Evaluator, names: list[str], module: SourceModule) -> Iterator[tuple[ast.Call, SourceModule]]:
    """The calls of anything with one of the names, in this file first."""
    for where in _files_that_call(ev, names, module):
        for name in names:
            yield from ((call, where) for call in where.names.nodes.calls.get(name, ()))


def _files_that_call(ev: Evaluator, names: list[str], module: SourceModule) -> list[SourceModule]:
    if ev.project is None:
        return [module]
    paths = sorted({path for name in names for path in ev.project.files_that_call(name)})
    if len(paths) > _MAX_FILES:
        return [module]
    found = [where for path in paths if path != module.path and (where := ev.project.module_at(path))]
    return [module, *found]


def _binds(ev: Evaluator, call: ast.Call, function: FunctionNode, where: SourceModule) -> bool | None:
    """Whether the call binds the function's first parameter; None where it calls something else."""
    for alternative in ev.value(call.func, where):
        match alternative:
            case ClassObject(cls=cls):
                found = ev.classes.find_method(cls, "__init__")
                if found is not None and found[1] is function:
                    return True
            case FunctionRef(node=node, owner=owner) if node is function:
                return owner is not None and self_name(function) is not None
    return None
