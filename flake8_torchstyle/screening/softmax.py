"""Softmax without a dimension, and the logarithm of a softmax."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._screen import GAP, Screen, words_at

if TYPE_CHECKING:
    from ..analysis.names import FileNames

_LOGARITHM = re.compile(rf"log(?<!\wlog)(?:{GAP}\(|\s+as\s)")
# Two patterns that begin with a literal; one for both cases would be tried at each character.
_SOFTMAX = tuple(re.compile(rf"{word}(?:max|min)(?!\w){GAP}\(") for word in ("soft", "Soft"))
_ALIASED = tuple(re.compile(rf"{word}(?:max|min)[\s\\]+as[\s\\]+(\w+)") for word in ("soft", "Soft"))
_KEYWORD = re.compile(r"[\s\\]*\w+[\s\\]*=(?!=)")
_DIM = re.compile(r"dim[\s\\]*=(?!=)")


def _places(source: str) -> Iterator[int]:
    for alias in {alias for pattern in _ALIASED for alias in pattern.findall(source)}:
        yield from words_at(source, alias)
    takes_logarithm = _LOGARITHM.search(source) is not None
    for pattern in _SOFTMAX:
        for match in pattern.finditer(source):
            is_class = source[match.start()] == "S"
            if takes_logarithm or _may_leave_out_dim(source, match.end(), is_class=is_class):
                yield match.start()


def _may_leave_out_dim(source: str, start: int, *, is_class: bool) -> bool:
    """Whether the arguments that begin at `start` may lack a `dim`: text with strings or comments always may."""
    depth, comma = 1, None
    for offset in range(start, len(source)):
        character = source[offset]
        if character in "\"'#":
            return True
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if depth == 0:
                arguments = source[start:offset]
                behind = arguments if is_class else "" if comma is None else source[comma + 1 : offset]
                by_position = behind.strip() and not _KEYWORD.match(behind)
                return "None" in arguments or not (by_position or _DIM.search(behind))
        elif character == "," and depth == 1 and comma is None:
            comma = offset
    return True


def _matches(node: ast.expr, names: FileNames) -> bool:
    from ..analysis.softmax import implicit_dim, log_of_softmax

    return bool(implicit_dim(node, names) or log_of_softmax(node, names))


SCREEN = Screen(places=_places, nodes=(ast.Call,), matches=_matches)
