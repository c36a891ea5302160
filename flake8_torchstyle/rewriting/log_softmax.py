"""Rewrite the logarithm of a softmax to `F.log_softmax`, in whichever way the softmax is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from ..analysis.softmax import Softmax, Spelling
from ..context import Context
from ..diagnostics import Edit
from ..torch_api.aliases import lookup
from .alias_call import alias_edits
from .imports import FUNCTIONAL, UsableName
from .module_call import as_function, throwaway

_TARGET = f"{FUNCTIONAL}.log_softmax"
# Parameters of `torch.Tensor.softmax` by position, and how `F.log_softmax` takes them.
_METHOD = (None, "dtype")


class LogSoftmax(NamedTuple):
    """The edits and the name that they write."""

    edits: tuple[Edit, ...]
    name: UsableName


def as_log_softmax(log: cst.Call, inner: cst.Call, softmax: Softmax, context: Context) -> LogSoftmax | None:
    """The rewrite of `log(inner)` or `inner.log()`; None where it is not certain to be right."""
    around = _without_log(log, inner, context)
    place = _named(log) or _named(inner)
    name = context.name_for(_TARGET, place or log)
    if around is None or name is None or context.in_fstring(log):
        return None
    renamed = _renamed(inner, softmax, name.text, context)
    return LogSoftmax((*around, *renamed), name) if renamed is not None else None


def _named(call: cst.Call) -> cst.Attribute | cst.Name | None:
    """A call's function, where that is a name which may be imported."""
    function = call.func
    is_method = isinstance(function, cst.Attribute) and not isinstance(function.value, (cst.Attribute, cst.Name))
    return function if isinstance(function, (cst.Attribute, cst.Name)) and not is_method else None


def _without_log(log: cst.Call, inner: cst.Call, context: Context) -> tuple[Edit, ...] | None:
    """The edits that leave `inner` of the two calls; None where a comment would be lost."""
    start, end = context.span(log)
    first, last = context.span(inner)[0], context.end_with_parentheses(inner)
    if not log.args:
        gaps = [(last, end)]
    else:
        first = context.span(log.args[0])[0] if log.args[0].keyword is None else first
        last = last if log.args[0].keyword is None else context.span(inner)[1]
        gaps = [(start, first), (last, end)]
    if any("#" in context.text_between(*gap) for gap in gaps):
        return None
    return tuple(Edit(*gap, "") for gap in gaps)


def _renamed(inner: cst.Call, softmax: Softmax, name: str, context: Context) -> Sequence[Edit] | None:
    match softmax.spelling:
        case Spelling.MODULE:
            found = throwaway(inner, context)
            rewrite = as_function(found, name, context) if found is not None else None
            return rewrite.edits if rewrite is not None else None
        case Spelling.METHOD:
            return _from_method(inner, name, context)
        case Spelling.FUNCTION:
            return (Edit(*context.span(inner.func), name),) if "#" not in context.text(inner.func) else None
    alias = lookup(softmax.qualified)
    if alias is None or not isinstance(inner.func, (cst.Attribute, cst.Name)):
        return None
    return alias_edits(inner.func, alias, name, context)


def _from_method(inner: cst.Call, name: str, context: Context) -> list[Edit] | None:
    """`x.softmax(1)` to `F.log_softmax(x, 1)`."""
    function = inner.func
    if not isinstance(function, cst.Attribute) or not inner.args or any(a.star for a in inner.args):
        return None
    start = context.span(inner)[0]
    end, first = context.end_with_parentheses(function.value), context.span(inner.args[0])[0]
    if "#" in context.text_between(end, first) or len(inner.args) > len(_METHOD):
        return None
    if isinstance(inner.args[0].value, (cst.GeneratorExp, cst.NamedExpr)) and not inner.args[0].value.lpar:
        return None
    edits = [Edit(start, start, f"{name}("), Edit(end, first, ", ")]
    for argument, keyword in zip(inner.args, _METHOD, strict=False):
        if keyword is not None and argument.keyword is None:
            place = context.span(argument)[0]
            edits.append(Edit(place, place, f"{keyword}="))
    return edits
