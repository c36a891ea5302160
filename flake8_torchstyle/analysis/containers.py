"""What containers hold: lists, tuples and dictionaries, torch's own containers, and what unpacking them gives."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from .project import SourceModule
from .types import (
    NOTHING,
    SOME_MODULE,
    UNKNOWN,
    ClassObject,
    ClassRef,
    ExternalRef,
    Instance,
    Items,
    TupleOf,
    Type,
    Unknown,
    Value,
    union,
)
from .walking import walk

if TYPE_CHECKING:
    from .values import Evaluator

_CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})


def iterated(ev: Evaluator, node: ast.expr, module: SourceModule) -> Value:
    """What iterating over an expression gives."""
    return union(items(ev, owner) for owner in ev.value(node, module))


def elements(ev: Evaluator, nodes: list[ast.expr], module: SourceModule) -> Value:
    """The alternatives for the items of a display or an argument list; starred ones are iterated."""
    return union(
        iterated(ev, node.value, module) if isinstance(node, ast.Starred) else ev.value(node, module) for node in nodes
    )


def items(ev: Evaluator, owner: Type) -> Value:
    """What a container holds."""
    match owner:
        case Items(elements=known, cls=cls):
            return _surely_modules(known) if cls is not None and container_kind(cls) else known or UNKNOWN
        case TupleOf(items=listed):
            return union(listed)
        case Instance(cls=cls):
            kinds = any(container_kind(parent) for parent in ev.classes.order(cls))
            return _surely_modules(held(ev, owner)) if kinds else UNKNOWN
    return UNKNOWN


def _surely_modules(elements: Value) -> Value:
    """The elements of a torch container, which refuses anything but modules."""
    some: Value = (Instance(SOME_MODULE, exact=False),)
    return union(some if isinstance(a, Unknown) else (a,) for a in elements) or some


def item(ev: Evaluator, owner: Type, index: ast.expr) -> Value:
    """What `owner[index]` is."""
    match owner, index:
        case Items(), ast.Slice():
            return (owner,)
        case TupleOf(items=listed), ast.Constant(value=int(position)) if -len(listed) <= position < len(listed):
            return listed[position]
        case ClassObject(), _:
            return (owner,)  # `Generic[T]`
        case ExternalRef(), _:
            return (owner,)
    return items(ev, owner)


def held(ev: Evaluator, owner: Instance) -> Value:
    """What an object of a class derived from a torch container holds, by what its class hands to the container."""
    kinds = [kind for cls in ev.classes.order(owner.cls) if (kind := container_kind(cls))]
    if not kinds:
        return NOTHING
    found: list[Value] = []
    for cls in ev.classes.project_order(owner.cls):
        for node in walk(cls.node):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__")):
                    found.append(contained(ev, kinds[0], node, cls.module))
    return union(found)


def container_kind(cls: ClassRef) -> str | None:
    """ "Sequential", "ModuleList" or "ModuleDict" if a class is one of torch's containers."""
    package, _, name = cls.name.rpartition(".")
    return name if name in _CONTAINERS and package.startswith("torch.nn") else None


def contained(ev: Evaluator, name: str, call: ast.Call, module: SourceModule) -> Value:
    """The modules that the constructor call of a container puts into it."""
    if name == "Sequential" and not (len(call.args) == 1 and isinstance(call.args[0], ast.Call)):
        return elements(ev, call.args, module)
    return union(mapping_values(ev, argument, module) for argument in call.args)


def mapping_values(ev: Evaluator, argument: ast.expr, module: SourceModule) -> Value:
    """The modules in an argument of a container: a list, a dictionary, pairs in an OrderedDict, one module."""
    match argument:
        case ast.Call(func=function, args=[pairs]) if ast.unparse(function).rpartition(".")[2] == "OrderedDict":
            # Pairs, or a mapping, of which only the values are followed.
            return union(
                pair.items[-1] if isinstance(pair, TupleOf) and pair.items else (pair,)
                for pair in iterated(ev, pairs, module)
            )
    found = ev.value(argument, module)
    return union(items(ev, owner) if isinstance(owner, (Items, TupleOf)) else (owner,) for owner in found)


def along(path: list[int], value: Value) -> Value:
    """The part of a value that tuple unpacking along a path of positions gives."""
    for position in path:
        value = union(_part(alternative, position) for alternative in value)
    return value


def _part(alternative: Type, position: int) -> Value:
    match alternative:
        case TupleOf(items=listed) if position < len(listed):
            return listed[position]
        case Items(elements=held_elements):
            return held_elements or UNKNOWN
    return UNKNOWN


def with_elements(value: Value, fill: Callable[[], Value]) -> Value:
    """Containers among the alternatives, with what is put into them later, which is asked for only if there are any."""
    filled = fill() if any(isinstance(alternative, Items) for alternative in value) else NOTHING
    if not filled:
        return value
    return tuple(Items(union((a.elements, filled)), a.cls) if isinstance(a, Items) else a for a in value)
