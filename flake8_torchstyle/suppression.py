"""`# noqa` in the command line, meaning exactly what it means in flake8.

The decisions are flake8's own (`flake8.violation`, `flake8.defaults`), asked only for files that hold both a finding
and the word; the mapping from a row to the logical line it belongs to follows flake8's file processor.
"""

from __future__ import annotations

import io
import tokenize
from functools import cached_property

from .diagnostics import Finding
from .text import LineTable


class Suppression:
    """The `# noqa` comments of one source text."""

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def _mentions_noqa(self) -> bool:
        return "noqa" in self._source.lower()

    @cached_property
    def whole_file(self) -> bool:
        """Whether a `# flake8: noqa` row switches the file off."""
        if not self._mentions_noqa:
            return False
        from flake8.defaults import NOQA_FILE

        return any(NOQA_FILE.match(row) for row in self._rows)

    def hides(self, finding: Finding) -> bool:
        """Whether a comment hides a finding."""
        if not self._mentions_noqa:
            return False
        if self.whole_file:
            return True
        from flake8.violation import Violation

        row = finding.start.row
        text = self._logical_lines.get(row) or self._rows[row - 1]
        violation = Violation(finding.code, "", row, finding.start.column, finding.message, text)
        return bool(violation.is_inline_ignored(False))

    def keeps(self, finding: Finding) -> bool:
        """Whether no comment hides a finding."""
        return not self.hides(finding)

    @cached_property
    def _rows(self) -> list[str]:
        table = LineTable(self._source)
        return [table.row_text(row).rstrip("\r\n") + "\n" for row in range(1, table.rows + 1)]

    @cached_property
    def _logical_lines(self) -> dict[int, str]:
        """The text of the logical line around each row; empty where the source cannot be tokenized."""
        lines: dict[int, str] = {}
        first: int | None = None
        try:
            for token in tokenize.generate_tokens(io.StringIO("".join(self._rows)).readline):
                if token.type in (tokenize.ENDMARKER, tokenize.DEDENT):
                    continue
                first = token.start[0] if first is None else min(first, token.start[0])
                if token.type in (tokenize.NL, tokenize.NEWLINE):
                    joined = "".join(self._rows[first - 1 : token.end[0]])
                    lines.update(dict.fromkeys(range(first, token.end[0] + 1), joined))
                    first = None
        except (tokenize.TokenError, SyntaxError):
            return {}
        return lines
