"""Calls of what a call returns: `nn.Softmax(dim=-1)(x)`."""

from __future__ import annotations

import ast
import functools
import keyword
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._screen import BLANK, Screen, renamed

if TYPE_CHECKING:
    from ..analysis.names import FileNames

# What may stand between is a gap; without a comment in it, the engine finds the pair three times as fast.
_CHAIN = re.compile(r"\)[\s\\]*\(")
_BEFORE_COMMENT = re.compile(r"\)[\s\\]*#")
_CHAIN_WITH_COMMENT = re.compile(rf"\){BLANK}*\(")
_DELIMITER = re.compile(r"[()\[\]{}\"'#]")
# How far back to look for the parenthesis that belongs to another before looking through all of the text.
_NEAR = 400


def _places(source: str) -> Iterator[int]:
    others: frozenset[str] | None = None
    for offset in _chains(source):
        name = _called(source, offset)
        if name is None or name in _class_names():
            yield offset
            continue
        others = others if others is not None else renamed(source)
        if name in others:
            yield offset


def _chains(source: str) -> Iterator[int]:
    """The closing parentheses that are followed by an opening one."""
    yield from (match.start() for match in _CHAIN.finditer(source))
    for match in _BEFORE_COMMENT.finditer(source):
        if _CHAIN_WITH_COMMENT.match(source, match.start()):
            yield match.start()


@functools.cache
def _class_names() -> frozenset[str]:
    from ..torch_api.modules import MODULES

    return frozenset(name.rpartition(".")[2] for name in MODULES)


def _called(source: str, closing: int) -> str | None:
    """The word before the parenthesis that the one at `closing` closes; None where that takes a closer look."""
    for reach in (_NEAR, closing):
        depth = 0
        for match in reversed(list(_DELIMITER.finditer(source, max(0, closing - reach), closing + 1))):
            delimiter, offset = match[0], match.start()
            if delimiter in ")]}":
                depth += 1
            elif delimiter in "([{":
                depth -= 1
                if depth == 0:
                    start = offset
                    while start and (source[start - 1].isalnum() or source[start - 1] == "_"):
                        start -= 1
                    return _before_parenthesis(source[start:offset], source[offset + 1 : closing])
            else:
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
