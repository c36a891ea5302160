"""Styled rows for people: colours only on terminals, `NO_COLOR` and `FORCE_COLOR` honoured."""

from __future__ import annotations

import os
from typing import TextIO

from ..diagnostics import Applicability, Fix
from ..runner import Reported

Piece = tuple[str, str]


class Console:
    """Writes rows of styled pieces; rich is loaded only where there is a colour to show."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._colour = wants_colour(stream)

    def row(self, *pieces: Piece) -> None:
        """Write one row of (text, style) pieces."""
        if not self._colour:
            self._stream.write("".join(text for text, _ in pieces) + "\n")
            return
        from rich.style import Style

        rendered = (Style.parse(style).render(text) if style else text for text, style in pieces)
        self._stream.write("".join(rendered) + "\n")


def wants_colour(stream: TextIO) -> bool:
    """Whether a stream takes colour (https://no-color.org, https://force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def shown_path(path: str) -> str:
    """A path as people want to read it: relative where it lies below the current folder."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def place(item: Reported) -> list[Piece]:
    """`path:row:column:` of a finding, with the cell in a notebook."""
    start = item.finding.start
    cell = f"cell {item.cell}:" if item.cell else ""
    return [(shown_path(item.path), "bold"), (":", "cyan"), (f"{cell}{start.row}:{start.column}", ""), (":", "cyan")]


def headline(item: Reported) -> list[Piece]:
    """Code, mark of an available fix and message of a finding."""
    finding = item.finding
    pieces: list[Piece] = [(" ", ""), (finding.code, "bold red")]
    if mark := _mark(finding.fix):
        pieces += [(" [", ""), (mark, "cyan"), ("]", "")]
    return [*pieces, (f" {finding.message}", "")]


def _mark(fix: Fix | None) -> str:
    match fix:
        case Fix(applicability=Applicability.SAFE):
            return "*"
        case Fix(applicability=Applicability.UNSAFE):
            return "-"
    return ""


def write_summary(reported: list[Reported], console: Console) -> None:
    """How many findings there are, and how many of them which command would repair."""
    if not reported:
        console.row(("All checks passed!", "green"))
        return
    console.row((f"Found {len(reported)} finding{'s' if len(reported) > 1 else ''}.", "bold"))
    marks = [_mark(item.finding.fix) for item in reported]
    if safe := marks.count("*"):
        console.row(("[", ""), ("*", "cyan"), (f"] {safe} fixable with `torchstyle fix`.", ""))
    if unsafe := marks.count("-"):
        console.row(("[", ""), ("-", "cyan"), (f"] {unsafe} more with `torchstyle fix --unsafe-fixes`.", ""))
