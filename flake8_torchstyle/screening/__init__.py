"""A cheap and sound test that a file can hold no finding: text first, then the standard library's `ast`.

Most files of most projects end here, so this package must stay free of heavy imports. Sound means: what it drops can
hold no finding of any rule; a test runs every rule's examples through it. Rules and screens do not know each other. A
rule that looks at expressions no screen lets through needs a new screen:

1. write `screening/<kind>.py` with a `SCREEN` (see `Screen`; `forward.py` is the shortest example);
2. add it to `SCREENS` below, with words of which every text with such a candidate holds at least one: a screen, with
   what it needs to know of PyTorch, is imported when the first text holds one.

What makes a screen cheap: words that few files hold, since `str.find` is the only search without a price; patterns
that begin with a literal; places that are few, since each costs a walk through the statement around it.
"""

from __future__ import annotations

import ast
import bisect
import functools
import importlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from ..analysis.walking import walk
from ..text import row_starts
from ._screen import Screen

if TYPE_CHECKING:
    from ..analysis.names import FileNames

# Calls and attributes named `forward` are looked at whatever a file imports; of the rest, what PyTorch has is meant.
_EVERYWHERE = frozenset({"forward", "forward_reference"})
SCREENS: dict[str, tuple[str, ...]] = {
    "forward": ("forward",),
    "forward_reference": ("forward",),
    "alias": ("torch",),
    "chained_call": ("nn",),
    "softmax": ("softmax", "Softmax", "softmin", "Softmin"),
    "loss": ("nll_loss", "cross_entropy", "NLLLoss", "CrossEntropyLoss"),
}


@functools.cache
def _screen(kind: str) -> Screen:
    screen: Screen = importlib.import_module(f".{kind}", __name__).SCREEN
    return screen


def places(source: str) -> dict[Screen, list[int]]:
    """Offsets in a text at which a candidate may stand, by kind. None is certain: the file holds no finding."""
    kinds = SCREENS if "torch" in source else _EVERYWHERE
    screens = [_screen(kind) for kind in kinds if any(word in source for word in SCREENS[kind])]
    found = {screen: sorted(screen.places(source)) for screen in screens}
    return {screen: offsets for screen, offsets in found.items() if offsets}


def candidates(names: FileNames, source: str, places: Mapping[Screen, Iterable[int]]) -> Iterator[ast.expr]:
    """The expressions of a parsed file that a rule could report; only statements that hold a place are looked at.

    One that is of several kinds comes several times.
    """
    starts = row_starts(source)
    for screen, offsets in places.items():
        rows = sorted({bisect.bisect_right(starts, offset) for offset in offsets})
        for part in _parts_at(names.tree.body, rows):
            for node in walk(part):
                if isinstance(node, screen.nodes) and screen.matches(node, names):
                    yield node


def _parts_at(statements: Iterable[ast.AST], rows: list[int]) -> Iterator[ast.AST]:
    """What the statements at some rows consist of besides the statements inside them: expressions, mostly.

    A `match_case` and an `arguments` have no place of their own and are looked into whenever their statement is.
    """
    pending = list(statements)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.stmt, ast.ExceptHandler)) and not _touches(node, rows):
            continue
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                pending.append(child)
            else:
                yield child


def _touches(node: ast.stmt | ast.ExceptHandler, rows: list[int]) -> bool:
    """Whether a statement, its decorators included, covers one of the rows."""
    first = min((node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))))
    index = bisect.bisect_left(rows, first)
    return index < len(rows) and rows[index] <= (node.end_lineno or node.lineno)
