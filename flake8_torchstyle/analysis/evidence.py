"""Signs that an object of unknown class is an nn.Module: calls on it that only modules have."""

from __future__ import annotations

import ast

from .attributes import self_name
from .names import FileNames
from .project import SourceModule
from .types import Evidence

_MODULE_ONLY = frozenset(
    "parameters named_parameters buffers named_buffers state_dict load_state_dict modules named_modules "
    "children named_children zero_grad register_forward_hook register_forward_pre_hook "
    "register_full_backward_hook register_full_backward_pre_hook get_submodule get_parameter requires_grad_".split()
)
# Each of these means little; two different ones on the same object mean a module.
_MODULE_LIKE = frozenset({"train", "eval", "to", "cuda", "cpu", "half", "float"})


def module_calls(module: SourceModule, receiver: ast.expr, defined: frozenset[str] = frozenset()) -> list[Evidence]:
    """Calls on the same expression, near it, that make it a module; none where they do not suffice.

    `defined` are methods that the object is known to define itself, so that calling them says nothing.
    """
    names = module.names
    wanted = _key(receiver)
    found: dict[str, int] = {}
    for node in ast.walk(_surrounding(names, receiver)):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _MODULE_ONLY | _MODULE_LIKE:
                if method not in defined and _key(value) == wanted:
                    found.setdefault(method, node.lineno)
    telling = [method for method in found if method in _MODULE_ONLY]
    if not telling and {"train", "eval"} & found.keys() and len(found) > 1:
        telling = list(found)
    text = ast.unparse(receiver)
    return [Evidence(f"`{text}.{method}(...)` is called", module.path, found[method]) for method in telling]


def _key(node: ast.expr) -> str:
    """What an expression refers to; one item of a container is as good as another."""
    return f"{ast.dump(node.value)}[]" if isinstance(node, ast.Subscript) else ast.dump(node)


def _surrounding(names: FileNames, receiver: ast.expr) -> ast.AST:
    """The code in which the expression means the same object: the class for `self.x`, else the function."""
    function: ast.AST | None = None
    for ancestor in names.ancestors(receiver):
        if isinstance(ancestor, ast.ClassDef) and function is not None:
            return ancestor if not isinstance(receiver, ast.Name) or _is_self(receiver, function) else function
        if isinstance(ancestor, (ast.FunctionDef, ast.AsyncFunctionDef)):
            function = function or ancestor
    return function or names.tree


def _is_self(name: ast.Name, function: ast.AST) -> bool:
    return isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and self_name(function) == name.id
