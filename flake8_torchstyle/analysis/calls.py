"""What a call gives: objects of classes, returned values, modules from their own methods, containers, wrappers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .annotations import annotation_value
from .containers import contained, container_kind, held, iterated, mapping_values
from .functions import returned
from .knowledge import Kind, knowledge
from .members import attribute
from .project import SourceModule
from .types import (
    MODULE_ROOT,
    NOTHING,
    UNKNOWN,
    ClassObject,
    ClassRef,
    ExternalClass,
    ExternalMethod,
    ExternalRef,
    FunctionRef,
    Instance,
    Items,
    TupleOf,
    Type,
    Unknown,
    Value,
    union,
)

if TYPE_CHECKING:
    from .values import Evaluator

# Methods of nn.Module that return the module.
RETURNS_SELF = frozenset(
    "to cuda cpu eval train half float double bfloat16 requires_grad_ apply share_memory to_empty type xpu ipu "
    "hpu mtia".split()
)
_CHILDREN = frozenset({"children", "modules"})
_NAMED_CHILDREN = frozenset({"named_children", "named_modules"})
# Class methods that, by the convention of the libraries that have them, return an object of the class.
_ALTERNATIVE_CONSTRUCTORS = ("from_", "load_from_", "restore_from")
_SAME_ITEMS = frozenset({"list", "tuple", "sorted", "reversed", "set", "iter", "frozenset"})
_ANY_MODULE: Value = (Instance(MODULE_ROOT, exact=False),)


def call_value(ev: Evaluator, call: ast.Call, module: SourceModule) -> Value:
    """The alternatives for a call's result."""
    return union(_result(ev, function, call, module) for function in ev.value(call.func, module))


def _result(ev: Evaluator, function: Type, call: ast.Call, module: SourceModule) -> Value:
    match function:
        case ClassObject(cls=cls, exact=exact):
            return _constructed(ev, cls, call, module, exact=exact)
        case FunctionRef(owner=owner):
            return _called(ev, function, owner, call)
        case ExternalRef(qualified=qualified):
            if qualified.startswith("builtins."):
                return _builtin(ev, qualified.rpartition(".")[2], call, module)
            return _external(ev, qualified, call, module)
        case ExternalMethod(owner=owner, name=name):
            return _method(ev, owner, name)
    return UNKNOWN


def _constructed(ev: Evaluator, cls: ClassRef, call: ast.Call, module: SourceModule, *, exact: bool) -> Value:
    """An object of a class: an nn container with its items, or anything else."""
    ev.note(f"built by `{ast.unparse(call.func)}(...)`", module, call.lineno)
    if ev.classes.builds_something_else(cls):
        return UNKNOWN
    if isinstance(cls, ExternalClass):
        if kind := container_kind(cls):
            return (Items(contained(ev, kind, call, module), cls),)
        if cls.qualified in knowledge().wrappers:
            wrapped = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "module"), None)
            return (Items(ev.value(wrapped, module), cls),)
    return (Instance(cls, exact),)


def _called(ev: Evaluator, function: FunctionRef, owner: Instance | ClassObject | None, call: ast.Call) -> Value:
    """The result of a function of the project."""
    name = getattr(function.node, "name", "")
    if isinstance(owner, ClassObject) and name.startswith(_ALTERNATIVE_CONSTRUCTORS):
        built = Instance(owner.cls, exact=False)
        if ev.is_module(built):
            ev.note(f"built by `{ast.unparse(call.func)}(...)`", function.module, function.node.lineno)
            return (built,)
    found = returned(ev, function)
    known = any(not isinstance(alternative, Unknown) for alternative in found)
    if not known and isinstance(owner, Instance) and name in RETURNS_SELF and ev.is_module(owner):
        return (owner,)
    return found


def _method(ev: Evaluator, owner: Instance | Items, name: str) -> Value:
    """The result of a method that the project does not define: nn.Module's own, or a container's."""
    if isinstance(owner.cls, ExternalClass) and (known := knowledge().returns.get(f"{owner.cls.qualified}.{name}")):
        return (Instance(ExternalClass(known), exact=False),)
    if isinstance(owner, Items):
        return _container_method(owner, name)
    if name in ("values", "items", "children") and (inner := held(ev, owner)):
        return _container_method(Items(inner), name)
    if not ev.is_module(owner):
        return UNKNOWN
    if name in RETURNS_SELF:
        return (owner,)
    if name in _CHILDREN:
        return (Items(_ANY_MODULE),)
    if name in _NAMED_CHILDREN:
        return (Items((TupleOf((UNKNOWN, _ANY_MODULE)),)),)
    if name == "get_submodule":
        return _ANY_MODULE
    return (Instance(owner.cls, exact=False),) if name.startswith(_ALTERNATIVE_CONSTRUCTORS) else UNKNOWN


def _container_method(owner: Items, name: str) -> Value:
    if name in ("values", "children"):
        return (Items(owner.elements),)
    if name in ("items", "named_children"):
        return (Items((TupleOf((UNKNOWN, owner.elements or UNKNOWN)),)),)
    if name in ("get", "pop", "popleft", "__getitem__"):
        return owner.elements or UNKNOWN
    if name in RETURNS_SELF or name in ("copy", "append", "extend"):
        return (owner,)
    return UNKNOWN


def _builtin(ev: Evaluator, name: str, call: ast.Call, module: SourceModule) -> Value:
    arguments = call.args
    match name, arguments:
        case "getattr", [target, ast.Constant(value=str(wanted)), *_]:
            return union(attribute(ev, owner, wanted, module) for owner in ev.value(target, module))
        case "zip", _:
            return (Items((TupleOf(tuple(iterated(ev, argument, module) for argument in arguments)),)),)
        case "enumerate", [target, *_]:
            return (Items((TupleOf((UNKNOWN, iterated(ev, target, module))),)),)
        case "next", [target, *_]:
            return iterated(ev, target, module)
        case _, [target] if name in _SAME_ITEMS:
            return (Items(iterated(ev, target, module)),)
        case (("list" | "dict" | "set"), []):
            return (Items(NOTHING),)
        case "dict", []:
            return (Items(union(ev.value(keyword.value, module) for keyword in call.keywords)),)
        case "type", [target]:
            found = ev.value(target, module)
            return tuple(ClassObject(a.cls, a.exact) if isinstance(a, Instance) else a for a in found)
        case "super", _:
            return UNKNOWN
    return UNKNOWN


def _external(ev: Evaluator, qualified: str, call: ast.Call, module: SourceModule) -> Value:
    """The result of a function or class of another package."""
    known = knowledge()
    if qualified in ("typing.cast", "torch.jit.annotate") and len(call.args) == 2:
        return annotation_value(ev, call.args[0], module)
    if qualified in known.transparent or qualified == "functools.partial":
        return ev.value(call.args[0], module) if call.args else UNKNOWN
    if returned := known.returned_class(qualified):
        ev.note(f"`{qualified}(...)` returns `{returned}`", module, call.lineno)
        return (Instance(ExternalClass(returned), exact=False),)
    if qualified == "collections.OrderedDict":
        return (Items(union(mapping_values(ev, argument, module) for argument in call.args)),)
    kind = known.kind(qualified)
    if kind in (Kind.MODULE, Kind.CUSTOM_CALL):
        return _constructed(ev, ExternalClass(qualified), call, module, exact=True)
    owner, _, name = qualified.rpartition(".")
    if name.startswith(_ALTERNATIVE_CONSTRUCTORS) and known.kind(owner) is Kind.MODULE:
        return (Instance(ExternalClass(owner), exact=False),)
    return (Instance(ExternalClass(qualified)),) if kind is Kind.PLAIN else UNKNOWN
