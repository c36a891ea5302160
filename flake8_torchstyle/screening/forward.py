"""Calls of an attribute named `forward`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..text import may_follow_dot
from ._screen import GAP, Screen

if TYPE_CHECKING:
    from ..analysis.names import FileNames

_FORWARD = re.compile(rf"forward{GAP}\(")
_SUPER_TAIL = re.compile(r"super\s*\([^()]*\)\s*\.\s*$")


def _places(source: str) -> Iterator[int]:
    for match in _FORWARD.finditer(source):
        start = match.start()
        if may_follow_dot(source, start) and not _SUPER_TAIL.search(source, max(0, start - 80), start):
            yield start


def _matches(node: ast.expr, _names: FileNames) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "forward"


SCREEN = Screen(places=_places, nodes=(ast.Call,), matches=_matches)
