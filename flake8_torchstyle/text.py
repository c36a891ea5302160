"""Places in source text: rows and columns to offsets and back, and applying edits.

Rows are Python's: they end at ``\\n``, ``\\r\\n`` or ``\\r`` and nowhere else, so that a form feed or a Unicode line
separator never shifts a position. Columns count code points; the standard library's `ast` counts UTF-8 bytes.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable

from .diagnostics import Edit, Location

_LINE_END = re.compile(r"\r\n|\n|\r")
_LINE_FEED = re.compile(r"\n")


def row_starts(source: str) -> list[int]:
    """The offset of the first character of each row."""
    # The engine searches for a single literal three times as fast.
    ends = _LINE_END if "\r" in source else _LINE_FEED
    return [0, *map(re.Match.end, ends.finditer(source))]


def may_follow_dot(source: str, start: int) -> bool:
    """Whether the word at `start` could be an attribute's name: a dot before it, or nothing else on its row."""
    before = source[max(0, start - 80) : start].rstrip(" \t\f")
    return not before or before[-1] in ".\r\n"


class LineTable:
    """Translates between three coordinates of one source text: offset, `Location`, and `ast` (row, UTF-8 column)."""

    __slots__ = ("_ascii", "_starts", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._starts = row_starts(source)
        self._ascii = source.isascii()

    @property
    def rows(self) -> int:
        """Number of rows, an unfinished last one included."""
        return len(self._starts)

    def row_start(self, row: int) -> int:
        """Offset of the first character of `row`; the end of the text for the row after the last."""
        return self._starts[row - 1] if row <= len(self._starts) else len(self.source)

    def row_text(self, row: int) -> str:
        """The row with its line ending."""
        return self.source[self.row_start(row) : self.row_start(row + 1)]

    def offset(self, location: Location) -> int:
        """Offset of a location."""
        return self.row_start(location.row) + location.column - 1

    def location(self, offset: int) -> Location:
        """Location of an offset."""
        row = bisect.bisect_right(self._starts, offset)
        return Location(row, offset - self._starts[row - 1] + 1)

    def from_ast(self, lineno: int, col_offset: int) -> Location:
        """Location of an `ast` position."""
        if self._ascii:
            return Location(lineno, col_offset + 1)
        prefix = self.row_text(lineno).encode("utf-8", "surrogatepass")[:col_offset]
        return Location(lineno, len(prefix.decode("utf-8", "surrogatepass")) + 1)

    def between(self, start: Location, end: Location) -> str:
        """The text from `start` up to `end`."""
        return self.source[self.offset(start) : self.offset(end)]


def newline_of(source: str) -> str:
    """The line ending the text uses, judged by its first line; ``\\n`` for a text without one."""
    match = _LINE_END.search(source)
    return match.group() if match else "\n"


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """Apply non-overlapping edits, last first.

    Raises ValueError when two edits overlap.
    """
    table = LineTable(source)
    spans = sorted(((table.offset(e.start), table.offset(e.end), e.content) for e in edits), reverse=True)
    parts: list[str] = []
    cursor = len(source)
    for start, end, content in spans:
        if end > cursor:
            raise ValueError("edits overlap")
        parts += (source[end:cursor], content)
        cursor = start
    parts.append(source[:cursor])
    return "".join(reversed(parts))
