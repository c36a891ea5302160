"""All rows of the proof. To prove the rewrites of another rule, add what yields its rows to `PROVIDERS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .alias_rows import alias_rows
from .cases import Row
from .forward_rows import forward_rows
from .module_rows import module_rows

PROVIDERS: tuple[Callable[[], Iterable[Row]], ...] = (forward_rows, alias_rows, module_rows)


def rows_of(rule: str | None) -> list[Row]:
    """The rows of one rule, or of all."""
    return [row for provider in PROVIDERS for row in provider() if rule in (None, row.rule)]
