"""Where a `.forward` call stands: places in which calling the module instead would recurse or means something else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .attributes import self_name
from .project import SourceModule
from .takeover import functions_run_by_modules, looks_like_hook
from .types import FunctionNode

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCRIPTING = frozenset({"torch.jit.is_scripting", "torch.jit.is_tracing"})
_SCRIPTED = ("torch.jit.script", "torch.jit.export", "torch.jit.script_method", "torch.jit.interface")


class Surroundings:
    """What a file does with functions that matters to the calls inside them."""

    def __init__(self, module: SourceModule) -> None:
        self.names = module.names
        self._run_by_modules = functions_run_by_modules(module)

    def would_recurse(self, call: ast.expr, receiver: ast.expr) -> str | None:
        """Why calling the receiver here could come back here, if it could."""
        for function in self._enclosing(call):
            if isinstance(receiver, ast.Name):
                if getattr(function, "name", "") == "__call__" and receiver.id == self_name(function):
                    return "stands in the object's own `__call__`"
                if looks_like_hook(function, receiver.id):
                    return "stands in a function that looks like a forward hook"
            if id(function) in self._run_by_modules:
                return "stands in a function that is a hook or takes the place of a `forward`, or that one calls"
        return None

    def in_own_forward(self, call: ast.expr, receiver: ast.expr) -> bool:
        """Whether the call is `self.forward(...)` inside `forward` itself."""
        return isinstance(receiver, ast.Name) and any(
            getattr(function, "name", "") == "forward" and self_name(function) == receiver.id
            for function in self._enclosing(call)
        )

    def before_base_is_ready(self, call: ast.expr, receiver: ast.expr) -> bool:
        """Whether the call is `self.forward(...)` in `__init__`, with no `super().__init__()` above it."""
        if not isinstance(receiver, ast.Name):
            return False
        for function in self._enclosing(call):
            if getattr(function, "name", "") == "__init__" and self_name(function) == receiver.id:
                return not any(
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr == "__init__"
                    and node.lineno < call.lineno
                    for node in ast.walk(function)
                )
        return False

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
