"""What an annotation says an object is (https://typing.python.org): classes, unions, containers, strings."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .knowledge import Kind, knowledge
from .project import SourceModule
from .types import (
    NOTHING,
    UNKNOWN,
    ClassObject,
    ExternalClass,
    ExternalRef,
    Instance,
    Items,
    TupleOf,
    Value,
    union,
)

if TYPE_CHECKING:
    from .values import Evaluator

_TRANSPARENT = frozenset({"Optional", "Union", "Final", "ClassVar", "Required", "NotRequired", "Annotated"})
_SEQUENCES = frozenset(
    {"list", "List", "set", "Set", "Sequence", "MutableSequence", "Iterable", "Iterator", "Collection", "deque"}
    | {"Generator", "AsyncIterator", "AbstractContextManager", "ContextManager"}
)
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"})


def annotation_value(ev: Evaluator, node: ast.expr, module: SourceModule) -> Value:
    """The alternatives that an annotation allows; `None` is none of them."""
    match node:
        case ast.Constant(value=None):
            return NOTHING
        case ast.Constant(value=str(text)):
            return _quoted(ev, text, node, module)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return union((annotation_value(ev, left, module), annotation_value(ev, right, module)))
        case ast.Subscript(value=base, slice=arguments):
            return _parametrised(ev, base, arguments, module)
        case ast.Name() | ast.Attribute():
            if (meaning := _meaning(ev, node, module)) is not None:
                return annotation_value(ev, *meaning)
            return union(_instance(alternative) for alternative in ev.value(node, module)) or UNKNOWN
    return UNKNOWN


def _meaning(ev: Evaluator, node: ast.expr, module: SourceModule) -> tuple[ast.expr, SourceModule] | None:
    """What a type alias stands for, what a type variable is bound by: `T = TypeVar("T", bound=Net)`."""
    for value, where in ev.assigned_expressions(node, module):
        match value:
            case ast.Call(func=function, keywords=keywords):
                qualified = where.names.resolve(function)
                if qualified in ("typing.TypeVar", "typing_extensions.TypeVar"):
                    bound = next((keyword.value for keyword in keywords if keyword.arg == "bound"), None)
                    return (bound, where) if bound is not None else None
            case ast.Subscript() | ast.BinOp(op=ast.BitOr()):
                return value, where
    return None


def _quoted(ev: Evaluator, text: str, node: ast.expr, module: SourceModule) -> Value:
    try:
        parsed = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return UNKNOWN
    module.names.adopt(parsed, node)
    return annotation_value(ev, parsed, module)


def _parametrised(ev: Evaluator, base: ast.expr, arguments: ast.expr, module: SourceModule) -> Value:
    name = ast.unparse(base).rpartition(".")[2]
    listed = list(arguments.elts) if isinstance(arguments, ast.Tuple) else [arguments]
    if name in _TRANSPARENT:
        kept = listed[:1] if name == "Annotated" else listed
        return union(annotation_value(ev, argument, module) for argument in kept)
    if name in _SEQUENCES:
        return (Items(annotation_value(ev, listed[0], module)),)
    if name in _MAPPINGS:
        return (Items(annotation_value(ev, listed[-1], module)),)
    if name in ("tuple", "Tuple"):
        if len(listed) == 2 and isinstance(listed[1], ast.Constant) and listed[1].value is Ellipsis:
            return (Items(annotation_value(ev, listed[0], module)),)
        return (TupleOf(tuple(annotation_value(ev, argument, module) for argument in listed)),)
    if name in ("type", "Type"):
        found = annotation_value(ev, listed[0], module)
        return tuple(ClassObject(a.cls, exact=False) if isinstance(a, Instance) else a for a in found)
    return annotation_value(ev, base, module)


def _instance(alternative: object) -> Value:
    """An object of the class that an annotation names."""
    match alternative:
        case ClassObject(cls=cls):
            return (Instance(cls, exact=False),)
        case ExternalRef(qualified=qualified) if knowledge().kind(qualified) is not Kind.UNKNOWN:
            top = qualified.partition(".")[0]
            # `Any`, `Callable`, `Protocol` say nothing of what an object is.
            return UNKNOWN if top == "typing" else (Instance(ExternalClass(qualified), exact=False),)
    return UNKNOWN
