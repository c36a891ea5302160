"""What a screen is, and what screens share: how to find words, attributes and the arguments of a call in a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..analysis.names import FileNames

# White space, line continuations, comments. A comment has to reach the end of its row: a row of `#` could else be split
# in exponentially many ways.
BLANK = r"(?:[\s\\]|#[^\r\n]*(?![^\r\n]))"
# The same, and the parentheses that may close around what stands before a dot.
GAP = r"(?:[\s\\)]|#[^\r\n]*(?![^\r\n]))*"
_DELIMITER = re.compile(r"[()\[\]{},#'\"]")
_AS = re.compile(rf"as(?<!\was){BLANK}+(\w+)")
# A longer call is not read to its end: a text full of parentheses that nothing closes must not take for ever.
_LONGEST_CALL = 2_000
_COMMENT_END = re.compile(r"[\r\n]")
_STRING_ENDS = {
    "'": re.compile(r"(?:[^'\\\r\n]|\\[\s\S])*'"),
    '"': re.compile(r'(?:[^"\\\r\n]|\\[\s\S])*"'),
    "'''": re.compile(r"(?:[^'\\]|\\[\s\S]|'(?!''))*'''"),
    '"""': re.compile(r'(?:[^"\\]|\\[\s\S]|"(?!""))*"""'),
}


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


def before_dot(source: str, start: int) -> str | None:
    """What stands on the row before the dot before the word at `start`; nothing where there is no dot.

    None where a row ends between them: the rest may stand on the row above, or behind a comment.
    """
    before = source[max(0, start - 200) : start].rstrip(" \t\f")
    owner = before[:-1].rstrip(" \t\f") if before.endswith(".") else before
    if not owner or owner[-1] in "\r\n\\":
        return None
    return owner if before.endswith(".") else ""


def renamed(source: str) -> frozenset[str]:
    """The words behind an `as`: among them every other name that an import gives."""
    return frozenset(_AS.findall(source))


def words_at(source: str, word: str) -> Iterable[int]:
    """The offsets of a whole word."""
    return (match.start() for match in re.finditer(rf"{re.escape(word)}(?<!\w{re.escape(word)})(?!\w)", source))


def arguments(source: str, start: int) -> list[str] | None:
    """The texts of a call's arguments, `start` being behind its parenthesis, and what stands behind a last comma.

    None where the text does not tell: an f-string may hold anything, an unfinished string or call is no code.
    """
    found: list[str] = []
    depth, begun = 1, start
    limit = start + _LONGEST_CALL
    match = _DELIMITER.search(source, start, limit)
    while match is not None:
        end = match.end()
        delimiter = match[0]
        if delimiter in "([{":
            depth += 1
        elif delimiter in ")]}":
            depth -= 1
            if depth == 0:
                return [*found, source[begun : match.start()]]
        elif delimiter == ",":
            if depth == 1:
                found.append(source[begun : match.start()])
                begun = end
        else:
            skipped = _behind(source, match.start(), limit)
            if skipped is None:
                return None
            end = skipped
        match = _DELIMITER.search(source, end, limit)
    return None


def _behind(source: str, start: int, limit: int) -> int | None:
    """The offset behind the comment or string that begins at `start`; None for f-strings and what has no end."""
    if source[start] == "#":
        end = _COMMENT_END.search(source, start, limit)
        return end.start() if end else None
    if source[max(0, start - 2) : start].lower().endswith(("f", "t", "fr", "tr")):
        return None
    quote = source[start] * 3 if source.startswith(source[start] * 3, start) else source[start]
    closed = _STRING_ENDS[quote].match(source, start + len(quote), limit)
    return closed.end() if closed else None
