"""The values that flow through the linter: rules, findings, fixes, edits.

Everything here is frozen, picklable and free of libcst, so that findings can cross process boundaries and be
reported without knowing how they were made. Named tuples, here and elsewhere on the way of a file without findings: a
frozen dataclass with slots takes most of a millisecond to make, and a clean file should take none of them.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import libcst as cst

    from .context import Context
    from .rewriting.imports import UsableName


class Applicability(enum.Enum):
    """How far a fix can be trusted; the words are Ruff's."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Location(NamedTuple):
    """A place between two characters: row and column, both from 1, columns counted in code points."""

    row: int
    column: int


class Edit(NamedTuple):
    """Replace the text from `start` up to (not including) `end` by `content`."""

    start: Location
    end: Location
    content: str


class Fix(NamedTuple):
    """A set of edits that belong together. `message` says what the rewrite is ("Use `F.relu`")."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]


class Finding(NamedTuple):
    """One reported place. `start` is where the wrong name begins; `noqa_row` is where a `# noqa` comment works."""

    code: str
    name: str
    message: str
    start: Location
    end: Location
    fix: Fix | None
    noqa_row: int

    @property
    def sort_key(self) -> tuple[Location, str]:
        """Findings of one file are reported in this order."""
        return self.start, self.code


def code(text: str) -> str:
    """A snippet that is written as an indented block."""
    import textwrap

    return textwrap.dedent(text).lstrip("\n")


class Example(NamedTuple):
    """A documented pair of spellings; `good` is what the fixer must write, or None where it must leave `bad` alone.

    Both are whole modules: they hold the imports they need and are executed by the runtime check.
    """

    bad: str
    good: str | None


class Rule(NamedTuple):
    """One rule: the name it goes by, its page, its examples and its check.

    `check` receives each libcst node of a type in `on` that a screen has let through, together with its context, and
    yields reports.
    `docs` is the page (the rule module's docstring), `ok` are snippets that must stay silent.
    """

    code: str
    name: str
    summary: str
    applicability: Applicability
    docs: str
    on: tuple[type[cst.CSTNode], ...]
    check: Callable[[cst.CSTNode, Context], Iterator[Report]]
    examples: tuple[Example, ...]
    ok: tuple[str, ...]


class Report(NamedTuple):
    """What a rule says of one node, before imports are settled: the engine turns it into a `Finding`.

    `at` is the node to point at. `edits` are the rewrite without its imports; `name` is the imported name that the
    rewrite writes, if any. Without edits there is no fix; `applicability` may lower the rule's own level, never raise
    it.
    """

    at: cst.CSTNode
    message: str
    applicability: Applicability | None = None
    fix_message: str = ""
    edits: tuple[Edit, ...] = ()
    name: UsableName | None = None
