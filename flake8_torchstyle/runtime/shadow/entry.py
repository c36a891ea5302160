"""What instrumented modules call. Nothing heavy is imported before the first call.

A program may set variables of its environment between its own imports and that of torch, so torch must not come sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def shadow(key: str, old: Callable[..., Any], new: Callable[..., Any], added: tuple[Any, ...], *operands: Any) -> Any:
    """Run the old spelling of a site, compare it with the new one, and be the old one to the program."""
    __tracebackhide__ = True
    from .calls import call

    return call(key, old, new, added, operands)
