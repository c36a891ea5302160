"""Each finding with the row of source it points at and what the fix would write."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TextIO

from ..runner import Reported
from ._console import Console, headline, place, write_summary


def write(reported: Sequence[Reported], stream: TextIO) -> None:
    """Write the findings and a summary."""
    console = Console(stream)
    for item in reported:
        console.row(*place(item), *headline(item))
        _write_excerpt(item, console)
    write_summary(list(reported), console)


def _write_excerpt(item: Reported, console: Console) -> None:
    finding = item.finding
    margin = " " * len(str(finding.start.row))
    before = item.row_text[: finding.start.column - 1]
    length = finding.end.column - finding.start.column if finding.end.row == finding.start.row else 1
    marked = item.row_text[len(before) : len(before) + length]
    console.row((f"{margin} |", "blue"))
    console.row((f"{finding.start.row} |", "blue"), (f" {item.row_text}".rstrip(), ""))
    console.row((f"{margin} |", "blue"), (f" {_blank(before)}", ""), ("^" * max(_width(marked), 1), "red"))
    if finding.fix:
        console.row((f"{margin} = ", "blue"), (f"help: {finding.fix.message}", "bold cyan"))
    console.row(("", ""))


def _blank(text: str) -> str:
    """Spaces as wide as a text on a terminal; tabs stay tabs."""
    return "".join("\t" if character == "\t" else " " * _width(character) for character in text)


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
