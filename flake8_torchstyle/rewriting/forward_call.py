"""Rewrite `recv.forward(...)` to `recv(...)`: drop the attribute, keep everything else."""

from __future__ import annotations

import libcst as cst

from ..context import Context
from ..diagnostics import Edit


def without_forward(call: cst.Call, context: Context) -> tuple[Edit, ...] | None:
    """The edit that removes `.forward` with its dot; None where that would lose a comment."""
    attribute = call.func
    if not isinstance(attribute, cst.Attribute):
        return None
    start = context.end_with_parentheses(attribute.value)
    end = context.span(attribute)[1]
    return None if "#" in context.text_between(start, end) else (Edit(start, end, ""),)
