"""Where a `.forward` call stands: places in which calling the module instead would recurse or means something else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .attributes import self_name
from .names import FileNames
from .types import FunctionNode

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCRIPTING = frozenset({"torch.jit.is_scripting", "torch.jit.is_tracing"})
_HOOK = re.compile(r"register_(module_)?forward(_pre)?_hook")
_SCRIPTED = ("torch.jit.script", "torch.jit.export", "torch.jit.script_method", "torch.jit.interface")


class Surroundings:
    """What a file does with functions that matters to the calls inside them."""

    def __init__(self, names: FileNames) -> None:
        self.names = names
        self._handed = list(self._handed_over())
        self._nodes = {id(node) for node in self._handed if isinstance(node, ast.Lambda)}
        self._nodes |= {id(function) for node in self._handed for function in self._functions(node)}
        self._methods = {node.attr for node in self._handed if isinstance(node, ast.Attribute)}

    def would_recurse(self, call: ast.expr, receiver: ast.expr) -> str | None:
        """Why calling the receiver here could come back here, if it could."""
        for function in self._enclosing(call):
            name = getattr(function, "name", "")
            if name == "__call__" and _root(receiver) == self_name(function) and isinstance(receiver, ast.Name):
                return "stands in the object's own `__call__`"
            if id(function) in self._nodes or (name in self._methods and self._is_method(function)):
                return "stands in a function that is a hook or takes the place of a `forward`"
        return None

    def in_own_forward(self, call: ast.expr, receiver: ast.expr) -> bool:
        """Whether the call is `self.forward(...)` inside `forward` itself."""
        return isinstance(receiver, ast.Name) and any(
            getattr(function, "name", "") == "forward" and self_name(function) == receiver.id
            for function in self._enclosing(call)
        )

    def is_scripted(self, call: ast.expr) -> bool:
        """Whether TorchScript may compile the call, or decides whether it runs."""
        for node in self.names.ancestors(call):
            if isinstance(node, (ast.If, ast.IfExp)) and any(
                isinstance(part, ast.Call) and self.names.resolve(part.func) in _SCRIPTING
                for part in ast.walk(node.test)
            ):
                return True
            if any(self._is_script(decorator) for decorator in getattr(node, "decorator_list", ())):
                return True
        return False

    def _is_script(self, decorator: ast.expr) -> bool:
        expression = decorator.func if isinstance(decorator, ast.Call) else decorator
        return self.names.resolve(expression) in _SCRIPTED

    def _enclosing(self, node: ast.AST) -> Iterator[FunctionNode | ast.Lambda]:
        for ancestor in self.names.ancestors(node):
            if isinstance(ancestor, (*_FUNCTIONS, ast.Lambda)):
                yield ancestor

    def _is_method(self, function: ast.AST) -> bool:
        return isinstance(self.names.parent(function), ast.ClassDef)

    def _handed_over(self) -> Iterator[ast.expr]:
        """Functions registered as hooks or put in the place of a `forward`."""
        for node in ast.walk(self.names.tree):
            match node:
                case ast.Call(func=ast.Attribute(attr=method), args=[first, *_]):
                    if method == "MethodType" or _HOOK.fullmatch(method):
                        yield _unwrapped(first)
                case ast.Call(func=ast.Name(id="MethodType"), args=[first, *_]):
                    yield _unwrapped(first)
                case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="forward"), value]):
                    yield _unwrapped(value)
                case ast.Assign(targets=targets, value=value) if any(
                    isinstance(target, ast.Attribute) and target.attr in ("forward", "__call__") for target in targets
                ):
                    yield _unwrapped(value)

    def _functions(self, node: ast.expr) -> list[ast.AST]:
        """The functions that a name stands for."""
        if not isinstance(node, ast.Name):
            return []
        found = self.names.lookup(node.id, node)
        bindings = found[1] if found else []
        functions: list[ast.AST] = [b.node for b in bindings if isinstance(b.node, _FUNCTIONS)]
        for binding in bindings:
            if binding.value is not None and (inner := _unwrapped(binding.value)) is not binding.value:
                functions += self._functions(inner)
        return functions


def _unwrapped(node: ast.expr) -> ast.expr:
    """The function inside `partial(function, ...)`, `MethodType(function, object)`, `wraps(...)(function)`."""
    match node:
        case ast.Call(func=function, args=[first, *_]) if not isinstance(function, ast.Call):
            return _unwrapped(first)
        case ast.Call(args=[only]):
            return _unwrapped(only)
    return node


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
