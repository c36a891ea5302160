"""Calls of what a call returns: `nn.Softmax(dim=-1)(x)`."""

from __future__ import annotations

import ast
import functools
import keyword
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._screen import Screen

if TYPE_CHECKING:
    from ..analysis.names import FileNames

_CHAIN = re.compile(r"\)(?:[\s\\]|#[^\r\n]*(?![^\r\n]))*\(")
_ALIASED = re.compile(r"\sas[\s\\]+(\w+)")


def _places(source: str) -> Iterator[int]:
    if "torch" not in source:
        return
    classes: frozenset[str] | None = None
    for match in _CHAIN.finditer(source):
        name = _called(source, match.start())
        if name is not None and name not in _class_names():
            classes = classes if classes is not None else frozenset(_ALIASED.findall(source))
        if name is None or name in _class_names() or (classes is not None and name in classes):
            yield match.start()


@functools.cache
def _class_names() -> frozenset[str]:
    from ..torch_api.modules import MODULES

    return frozenset(name.rpartition(".")[2] for name in MODULES)


def _called(source: str, closing: int) -> str | None:
    """The word before the parenthesis that the one at `closing` closes; None where that takes a closer look."""
    depth = 0
    for offset in range(closing, -1, -1):
        character = source[offset]
        if character in ")]}":
            depth += 1
        elif character in "([{":
            depth -= 1
            if depth == 0:
                end = start = offset
                while start and (source[start - 1].isalnum() or source[start - 1] == "_"):
                    start -= 1
                return _before_parenthesis(source[start:end], source[offset + 1 : closing])
        elif character in "\"'#":
            return None
    return None


def _before_parenthesis(word: str, inside: str) -> str | None:
    """The class that may be called; none (an empty word) where what is called stands in parentheses and is no call.

    Texts such as the patterns of einops, `"b (h d) (w e)"`, are full of those.
    """
    if word and not keyword.iskeyword(word):
        return word
    return None if inside.rstrip(" \t\f\r\n\\").endswith(")") else ""


def _matches(node: ast.expr, names: FileNames) -> bool:
    from ..torch_api.modules import lookup_module

    match node:
        case ast.Call(func=ast.Call(func=ast.Name(id=name) as cls)):
            qualified = names.resolve_or_star(name, cls)
        case ast.Call(func=ast.Call(func=ast.Attribute() as cls)):
            qualified = names.resolve(cls)
        case _:
            return False
    return qualified is not None and lookup_module(qualified) is not None


SCREEN = Screen(places=_places, nodes=(ast.Call,), matches=_matches)
