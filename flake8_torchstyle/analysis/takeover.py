"""Functions that run as part of calling a module: forward hooks and what is put in the place of a `forward`.

Calling the module from inside them comes back to them. A function counts with everything it calls in the same file,
with the functions made inside it where it is called to make one, and, given as an object, with the `__call__` of the
object's class.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..text import may_follow_dot
from .attributes import self_name
from .project import SourceModule
from .types import FunctionNode

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_HOOK = re.compile(r"register_(module_)?forward(_pre)?_hook")
_WORDS = ("forward_hook", "forward_pre_hook", "MethodType")
# In quotes, for `setattr`, or an attribute that is neither called nor looked into.
_NAMED = tuple(re.compile(rf"{name}(?:[\"']|[\s\\]*[^\s\\\w(.\[])") for name in ("forward", "__call__"))
_INPUTS = re.compile(r"(.*_)?(in|inp|inps|input|inputs|args)", re.IGNORECASE)
_OUTPUTS = re.compile(r"(.*_)?(out|outs|output|outputs|result|results)", re.IGNORECASE)


def functions_run_by_modules(module: SourceModule) -> frozenset[int]:
    """The ids of the function nodes of a file that a module's `__call__` reaches."""
    handed = list(_handed_over(module)) if _may_hand_over(module.names.source) else []
    if not handed:
        return frozenset()
    search = _Search(module)
    pending = [function for expression in handed for function in search.functions(expression)]
    found: set[int] = set()
    while pending:
        function = pending.pop()
        if id(function) not in found:
            found.add(id(function))
            pending += search.called_in(function)
    return frozenset(found)


def looks_like_hook(function: FunctionNode | ast.Lambda, receiver: str) -> bool:
    """Whether a function has the signature of a forward hook, with `receiver` as the module that it is called for."""
    if isinstance(function, ast.Lambda):
        return False
    listed = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    parameters = listed[1:] if listed[:1] in (["self"], ["cls"]) else listed
    if len(parameters) < 2 or parameters[0] != receiver:
        return False
    if "hook" in function.name.lower():
        return True
    takes_inputs = _INPUTS.fullmatch(parameters[1]) is not None
    return takes_inputs and len(parameters) == 3 and _OUTPUTS.fullmatch(parameters[2]) is not None


def _may_hand_over(source: str | None) -> bool:
    """Whether a text can hold anything that `_handed_over` finds; outside ASCII, names have other spellings."""
    if source is None or not source.isascii() or any(word in source for word in _WORDS):
        return True
    return any(
        match[0][-1] in "\"'" or may_follow_dot(source, match.start())
        for named in _NAMED
        for match in named.finditer(source)
    )


def _handed_over(module: SourceModule) -> Iterator[ast.expr]:
    """Expressions registered as hooks or put in the place of a `forward`."""
    for name, calls in module.names.nodes.calls.items():
        for call in calls:
            if _HOOK.fullmatch(name):
                yield from call.args[:1]
                yield from (keyword.value for keyword in call.keywords if keyword.arg == "hook")
            elif name == "MethodType":
                yield from call.args[:1]
            elif name == "setattr" and len(call.args) == 3 and _is_forward(call.args[1]):
                yield call.args[2]
    for attribute in ("forward", "__call__"):
        for target in module.names.nodes.stores.get(attribute, ()):
            statement = module.names.parent(target)
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
                yield statement.value


def _is_forward(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in ("forward", "__call__")


class _Search:
    """Finds the functions of a file that an expression stands for."""

    def __init__(self, module: SourceModule) -> None:
        self.names = module.names
        self._methods: dict[str, list[ast.AST]] = {}
        for classes in module.names.nodes.classes.values():
            for item in (item for node in classes for item in node.body if isinstance(item, _FUNCTIONS)):
                self._methods.setdefault(item.name, []).append(item)

    def functions(self, node: ast.expr, hops: int = 6) -> list[ast.AST]:
        """The functions that an expression can be, or that the object it builds runs when called."""
        if hops == 0:
            return []
        match node:
            case ast.Lambda():
                return [node]
            case ast.Name(id=name):
                return self._named(name, node, hops)
            case ast.Attribute(attr="__get__", value=value):
                return self.functions(value, hops - 1)
            case ast.Attribute(attr=method):
                return self._methods.get(method, [])
            case ast.Call(func=function, args=args):
                made = self.functions(function, hops - 1)
                given = [f for argument in args for f in self.functions(argument, hops - 1)]
                inner = [f for maker in made for f in ast.walk(maker) if isinstance(f, (*_FUNCTIONS, ast.Lambda))]
                return [*made, *given, *inner]
        return []

    def _named(self, name: str, at: ast.expr, hops: int) -> list[ast.AST]:
        found = self.names.lookup(name, at)
        functions: list[ast.AST] = []
        for binding in found[1] if found else []:
            if isinstance(binding.node, _FUNCTIONS):
                functions.append(binding.node)
            elif isinstance(binding.node, ast.ClassDef):
                functions += [i for i in binding.node.body if isinstance(i, _FUNCTIONS) and i.name == "__call__"]
            elif binding.value is not None:
                functions += self.functions(binding.value, hops - 1)
        return functions

    def called_in(self, function: ast.AST) -> Iterator[ast.AST]:
        """The functions of the file that a function calls by name or on its `self`."""
        owner = self_name(function) if isinstance(function, _FUNCTIONS) else None
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Name() as name):
                    yield from (f for f in self.functions(name) if getattr(f, "name", "") != "__call__")
                case ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr=method)):
                    # Another object's `forward` is the call in question, not a way to come back here.
                    if base == owner and method != "forward":
                        yield from self._methods.get(method, [])
