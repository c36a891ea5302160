"""An attribute named `forward` that is handed to a call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..text import may_follow_dot
from ._screen import GAP, Screen

if TYPE_CHECKING:
    from ..analysis.names import FileNames

# Handed on, it is followed by a comma or by the parenthesis that closes the call.
_FORWARD = re.compile(rf"forward{GAP}[,)]")


def _places(source: str) -> Iterator[int]:
    return (m.start() for m in _FORWARD.finditer(source) if may_follow_dot(source, m.start()))


def _matches(node: ast.expr, names: FileNames) -> bool:
    from ..analysis.callers import caller_of

    return isinstance(node, ast.Attribute) and node.attr == "forward" and caller_of(node, names) is not None


SCREEN = Screen(places=_places, nodes=(ast.Attribute,), matches=_matches)
