"""Rewrite `recv.forward(...)` to `recv(...)` and `recv.forward` to `recv`: drop the attribute, keep everything else."""

from __future__ import annotations

import libcst as cst

from ..context import Context
from ..diagnostics import Edit


def without_forward(node: cst.Call | cst.Attribute, context: Context) -> tuple[Edit, ...] | None:
    """The edit that removes `.forward`, called or not, with its dot; None where that would lose a comment."""
    attribute = node.func if isinstance(node, cst.Call) else node
    if not isinstance(attribute, cst.Attribute):
        return None
    start = context.end_with_parentheses(attribute.value)
    end = context.span(attribute)[1]
    return None if "#" in context.text_between(start, end) else (Edit(start, end, ""),)
