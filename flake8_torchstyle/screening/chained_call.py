"""Calls of what a call returns: `nn.Softmax(dim=-1)(x)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..analysis.names import FileNames
from ..torch_api import lookup_module
from ._screen import Screen

_CHAIN = re.compile(r"\)(?:[\s\\]|#[^\r\n]*)*\(")


def _places(source: str) -> Iterator[int]:
    return (match.start() for match in _CHAIN.finditer(source))


def _matches(node: ast.expr, names: FileNames) -> bool:
    match node:
        case ast.Call(func=ast.Call(func=ast.Name(id=name) as cls)):
            qualified = names.resolve_or_star(name, cls)
        case ast.Call(func=ast.Call(func=ast.Attribute() as cls)):
            qualified = names.resolve(cls)
        case _:
            return False
    return qualified is not None and lookup_module(qualified) is not None


SCREEN = Screen(words=("torch",), places=_places, nodes=(ast.Call,), matches=_matches)
