"""One row for each finding: `path:row:column: CODE [*] message`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ..runner import Reported
from ._console import Console, headline, place, write_summary


def write(reported: Sequence[Reported], stream: TextIO) -> None:
    """Write the rows and a summary."""
    console = Console(stream)
    for item in reported:
        console.row(*place(item), *headline(item))
    write_summary(list(reported), console)
