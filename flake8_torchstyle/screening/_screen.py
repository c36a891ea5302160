"""What a screen is, and what screens share: the gap that Python allows between two tokens, attributes in a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..analysis.names import FileNames

# White space, line continuations, comments, and the parentheses that may close around what stands before a dot. A
# comment has to reach the end of its row: a row of `#` could else be split in exponentially many ways.
GAP = r"(?:[\s\\)]|#[^\r\n]*(?![^\r\n]))*"


class Screen(NamedTuple):
    """One kind of candidate: how a text betrays it, and which expressions of the parsed file are candidates.

    `places` is asked for texts that hold one of the screen's words in `SCREENS`. It yields an offset on a row of the
    innermost statement (or its header) around each candidate; too many cost time, one too few loses a finding.
    `matches` is asked for expressions of the types in `nodes` in those statements, of far fewer files: what it needs it
    imports itself.
    """

    places: Callable[[str], Iterable[int]]
    nodes: tuple[type[ast.expr], ...]
    matches: Callable[[ast.expr, FileNames], bool]


def may_follow_dot(source: str, start: int) -> bool:
    """Whether the word at `start` could be an attribute's name: a dot before it, or nothing else on its row."""
    before = source[max(0, start - 80) : start].rstrip(" \t\f")
    return not before or before[-1] in ".\r\n"


def words_at(source: str, word: str) -> Iterable[int]:
    """The offsets of a whole word."""
    return (match.start() for match in re.finditer(rf"{re.escape(word)}(?<!\w{re.escape(word)})(?!\w)", source))
