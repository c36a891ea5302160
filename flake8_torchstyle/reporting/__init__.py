"""The output formats of `torchstyle check`, one file each.

A format is a module with `write(reported, stream)`: findings sorted by file, row, column and code in, text out. It is
imported only when asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TextIO

from ..runner import Reported

FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit")
FOR_PEOPLE = frozenset({"full", "concise"})


def write(output_format: str, reported: Sequence[Reported], stream: TextIO) -> None:
    """Write findings to a stream in one of `FORMATS`."""
    importlib.import_module(f".{output_format}", __name__).write(reported, stream)


def rule_url(code: str) -> str:
    """Where a rule's page can be read."""
    return f"https://github.com/flake8-torchstyle/flake8-torchstyle#{code.lower()}"
