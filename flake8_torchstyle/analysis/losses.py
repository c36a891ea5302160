"""Losses that are fed the result of a softmax they do not want, directly or by way of one variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ..torch_api.aliases import lookup
from .bindings import reaching
from .names import FileNames
from .softmax import class_name, resolved, softmax_call, softmax_module
from .walking import walk

_LOSSES = {"NLLLoss": "nll_loss", "NLLLoss2d": "nll_loss", "CrossEntropyLoss": "cross_entropy"}
_FUNCTIONS = {f"torch.nn.functional.{name}": name for name in _LOSSES.values()}
# Methods of tensors that give the same values in another shape, type or place.
_SAME_VALUES = frozenset(
    "bfloat16 chunk clone contiguous cpu cuda detach double expand flatten float gather half index_select"
    " masked_select movedim permute reshape reshape_as squeeze swapaxes t to transpose type type_as unflatten unsqueeze"
    " view view_as".split()
)


class Mismatch(NamedTuple):
    """A loss (`nll_loss` or `cross_entropy`) and the kind of softmax that its input went through."""

    loss: str
    softmax: str
    argument: ast.expr


def softmax_into_loss(node: ast.expr, names: FileNames) -> Mismatch | None:
    """The mismatch of a call, if it computes a loss of what it should not."""
    if not isinstance(node, ast.Call):
        return None
    argument = next(iter(node.args), None) or next((k.value for k in node.keywords if k.arg == "input"), None)
    if argument is None or not isinstance(_reshaped(argument), (ast.Call, ast.Name)):
        return None
    loss = _loss(node.func, names)
    kind = _softmax_behind(argument, names) if loss else None
    if loss is None or kind is None or (loss, kind) == ("nll_loss", "log_softmax"):
        return None
    return Mismatch(loss, kind, argument)


def _loss(function: ast.expr, names: FileNames) -> str | None:
    """The loss that calling an expression computes."""
    qualified = resolved(function, names)
    if qualified is not None and (alias := lookup(qualified)):
        return alias.target if alias.target in _FUNCTIONS.values() else None
    if qualified in _FUNCTIONS:
        return _FUNCTIONS[qualified]
    found = {_LOSSES.get(class_name(built, names) or "") for built in _builders(function, names)}
    return found.pop() if len(found) == 1 else None


def _softmax_behind(node: ast.expr, names: FileNames) -> str | None:
    """The kind of softmax whose result an expression is, by way of at most one local variable."""
    found = _computed(node, names)
    if found is not None:
        return found
    plain = _reshaped(node)
    if not isinstance(plain, ast.Name) or _changes_in_place(plain, names):
        return None
    kinds = {_computed(value, names) if value is not None else None for value in _values(plain, names)}
    return kinds.pop() if len(kinds) == 1 else None


def _computed(node: ast.expr, names: FileNames) -> str | None:
    node = _reshaped(node)
    if (found := softmax_call(node, names)) is not None:
        return found.kind
    if not isinstance(node, ast.Call):
        return None
    kinds = {_last_softmax(built, names) for built in _builders(node.func, names)}
    return kinds.pop() if len(kinds) == 1 else None


def _last_softmax(built: ast.expr, names: FileNames) -> str | None:
    """The softmax that an object computes last: it is one, or a `Sequential` that ends with one."""
    if (found := softmax_module(built, names)) is not None:
        return found.kind
    match built:
        case ast.Call(args=[*_, ast.Call() as last], keywords=[]) if class_name(built, names) == "Sequential":
            found = softmax_module(last, names)
            return found.kind if found is not None else None
    return None


def _reshaped(node: ast.expr) -> ast.expr:
    """What an expression was before methods that keep its values, and before indexing."""
    while True:
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _SAME_VALUES:
                node = inner
            case ast.Subscript(value=inner):
                node = inner
            case _:
                return node


def _values(name: ast.Name, names: FileNames) -> list[ast.expr | None]:
    """What may have been assigned to a name where it is read; None for what is no plain assignment."""
    found = names.lookup(name.id, name)
    return [binding.value for binding in reaching(names, *found, name)] if found else []


def _builders(node: ast.expr, names: FileNames) -> list[ast.expr]:
    """The calls that may have built what is called here: itself, a variable's or an attribute's values; or nothing."""
    match node:
        case ast.Call():
            return [node]
        case ast.Name():
            values = _values(node, names)
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            values = list(_attribute_values(owner, attribute, node, names))
        case _:
            return []
    known: list[ast.expr] = [value for value in values if isinstance(value, ast.Call)]
    return known if len(known) == len(values) else []


def _attribute_values(owner: str, attribute: str, at: ast.AST, names: FileNames) -> Iterator[ast.expr | None]:
    """What the class around a place assigns to `self.attribute`."""
    cls = next((ancestor for ancestor in names.ancestors(at) if isinstance(ancestor, ast.ClassDef)), None)
    for node in names.stores(cls, owner, attribute) if cls is not None else ():
        parent = names.parent(node)
        whole = isinstance(parent, ast.Assign) and node in parent.targets
        yield parent.value if whole and isinstance(parent, ast.Assign) else None


def _changes_in_place(name: ast.Name, names: FileNames) -> bool:
    """Whether a method whose name ends with `_` is called on a variable anywhere in its function."""
    scope = names.lookup(name.id, name)
    root = scope[0].node if scope else names.tree
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name.id
        and node.attr.endswith("_")
        for node in walk(root)
    )
