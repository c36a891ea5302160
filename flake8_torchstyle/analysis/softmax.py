"""Softmax in all its spellings: function, alias, method, module built for one call.

Works on the standard library's `ast`, so that the screens can ask before anything heavy is imported.
"""

from __future__ import annotations

import ast
import enum
from typing import NamedTuple

from ..torch_api.aliases import lookup
from .names import FileNames

_FUNCTIONAL = "torch.nn.functional."
_MODULE = "torch.nn."
_CLASSES = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "Softmin": "softmin"}
_KINDS = frozenset(_CLASSES.values())
_SPECIAL = "torch.special."


class Spelling(enum.Enum):
    """How a softmax is written: `F.softmax(x)`, `torch.softmax(x, 1)`, `x.softmax(1)`, `nn.Softmax(1)(x)`."""

    FUNCTION = enum.auto()
    ALIAS = enum.auto()
    METHOD = enum.auto()
    MODULE = enum.auto()


class Softmax(NamedTuple):
    """A call that computes a softmax; `kind` is what `torch.nn.functional` calls it, `qualified` its own name."""

    kind: str
    spelling: Spelling
    qualified: str


def resolved(node: ast.expr, names: FileNames) -> str | None:
    """The absolute dotted name that a name or attribute stands for, star imports included."""
    match node:
        case ast.Name(id=name):
            return names.resolve_or_star(name, node)
        case ast.Attribute():
            return names.resolve(node)
    return None


def class_name(node: ast.expr, names: FileNames) -> str | None:
    """The name of the class of `torch.nn` that a call builds an object of, wherever in `torch.nn` it is read from."""
    qualified = resolved(node.func, names) if isinstance(node, ast.Call) else None
    if qualified is None or not qualified.startswith(_MODULE):
        return None
    namespace, _, name = qualified.rpartition(".")
    return name if namespace == "torch.nn" or namespace.startswith("torch.nn.modules") else None


def softmax_module(node: ast.expr, names: FileNames) -> Softmax | None:
    """The softmax that an object built by a constructor's call computes."""
    name = class_name(node, names)
    return Softmax(_CLASSES[name], Spelling.MODULE, f"{_MODULE}{name}") if name in _CLASSES else None


def softmax_call(node: ast.expr, names: FileNames) -> Softmax | None:
    """What a call computes, if it is a softmax."""
    if not isinstance(node, ast.Call):
        return None
    function = node.func
    if isinstance(function, ast.Attribute) and function.attr == "forward":
        function = function.value
    if isinstance(function, ast.Call):
        return softmax_module(function, names)
    if function is not node.func:
        return None
    return _function(function, names) or _method(function, names)


def _function(function: ast.expr, names: FileNames) -> Softmax | None:
    qualified = resolved(function, names)
    if qualified is None:
        return None
    name = qualified.rpartition(".")[2]
    if name in _KINDS and qualified == f"{_FUNCTIONAL}{name}":
        return Softmax(name, Spelling.FUNCTION, qualified)
    if name in _KINDS and qualified == f"{_SPECIAL}{name}":
        return Softmax(name, Spelling.ALIAS, qualified)
    alias = lookup(qualified)
    return Softmax(alias.target, Spelling.ALIAS, qualified) if alias and alias.target in _KINDS else None


def _method(function: ast.expr, names: FileNames) -> Softmax | None:
    """`x.softmax(1)`, where `x` is not an imported module."""
    match function:
        case ast.Attribute(value=owner, attr=("softmax" | "log_softmax") as kind) if resolved(owner, names) is None:
            return Softmax(kind, Spelling.METHOD, f"torch.Tensor.{kind}")
    return None


def implicit_dim(node: ast.expr, names: FileNames) -> Softmax | None:
    """The softmax that a call computes or builds without saying over which dimension."""
    if not isinstance(node, ast.Call):
        return None
    found = _function(node.func, names)
    if found is not None and found.spelling is Spelling.FUNCTION:
        return found if node.args and _leaves_out_dim(node, 1) else None
    built = softmax_module(node, names)
    return built if built is not None and _leaves_out_dim(node, 0) else None


def _leaves_out_dim(call: ast.Call, position: int) -> bool:
    """Whether the argument `dim` is missing or the literal None; False where `*` or `**` may bring it."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return False
    given = [*call.args[position : position + 1], *(k.value for k in call.keywords if k.arg == "dim")]
    return not given or (isinstance(given[0], ast.Constant) and given[0].value is None)


def log_of_softmax(node: ast.expr, names: FileNames) -> ast.Call | None:
    """The softmax call whose logarithm a call takes."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr="log"), args=[], keywords=[]):
            pass
        case ast.Call(func=function, args=[ast.Call() as inner], keywords=[]):
            if resolved(function, names) != "torch.log":
                return None
        case ast.Call(func=function, args=[], keywords=[ast.keyword(arg="input", value=ast.Call() as inner)]):
            if resolved(function, names) != "torch.log":
                return None
        case _:
            return None
    found = softmax_call(inner, names)
    return inner if found is not None and found.kind == "softmax" else None
