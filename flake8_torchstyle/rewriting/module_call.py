"""Rewrite `nn.Softmax(dim=-1)(x)` to `F.softmax(x, dim=-1)`: a module that is built for one call.

The constructor's arguments are evaluated before the call's. Where that order cannot matter - one of the two sets is
made of names, attributes and literals - they are moved behind the call's, as the function has them; else all arguments
stay where they are and get keywords. Nothing inside the call's arguments is touched, so nested rewrites do not collide.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from ..context import Context
from ..diagnostics import Edit, Location
from ..torch_api.mapping import NON_LITERAL, Argument
from ..torch_api.modules import lookup_module
from ..torch_api.throwaway import ModulePlan, ModuleRow, Placed, plan_module_call


class Throwaway(NamedTuple):
    """A module that is built and called in one expression. `cls` is the expression that names its class."""

    qualified: str
    row: ModuleRow
    cls: cst.Attribute | cst.Name
    built: cst.Call
    call: cst.Call

    @property
    def name(self) -> cst.Name:
        """The class's name, which a finding points at."""
        return self.cls.attr if isinstance(self.cls, cst.Attribute) else self.cls


def throwaway(node: cst.CSTNode, context: Context) -> Throwaway | None:
    """The throwaway module that a call is, with or without `.forward`; None for any other node."""
    if not isinstance(node, cst.Call):
        return None
    built = node.func
    if isinstance(built, cst.Attribute) and built.attr.value == "forward":
        built = built.value
    if not isinstance(built, cst.Call) or not isinstance(built.func, (cst.Attribute, cst.Name)):
        return None
    qualified = context.resolve(built.func)
    row = lookup_module(qualified) if qualified else None
    if qualified is None or row is None or context.file.package == "torch":
        # PyTorch's own sources are where these modules are made.
        return None
    return Throwaway(f"torch.nn.{qualified.rpartition('.')[2]}", row, built.func, built, node)


class Rewrite(NamedTuple):
    """The edits that turn a throwaway module into a function's call, and whether the plan behind them is certain."""

    edits: tuple[Edit, ...]
    certain: bool


def as_function(
    found: Throwaway, function: str, context: Context, extra: Sequence[tuple[str, str]] = ()
) -> Rewrite | None:
    """The rewrite to a call of `function` with `extra` arguments; None where one is not certain to be right."""
    built, call = found.built.args, found.call.args
    arguments = (*built, *call)
    if any(a.star or _needs_parentheses(a.value) for a in arguments) or context.in_fstring(found.call):
        return None
    moves = _may_move(built, call, context)
    plan = plan_module_call(
        found.row, [_argument(a, context) for a in built], [_argument(a, context) for a in call], in_order=not moves
    )
    if plan is None or not call:
        return None
    edits = _moved(found, plan, function, extra, context) if moves else _kept(found, plan, function, extra, context)
    return Rewrite(tuple(edits), plan.certain) if edits else None


def _needs_parentheses(node: cst.BaseExpression) -> bool:
    """Whether an argument can stand where it is only because it is alone or has no keyword."""
    return isinstance(node, (cst.GeneratorExp, cst.NamedExpr)) and not node.lpar


def _argument(argument: cst.Arg, context: Context) -> Argument:
    value: object = NON_LITERAL
    length = None
    with contextlib.suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = ast.literal_eval(context.text(argument.value))
    if isinstance(argument.value, (cst.Tuple, cst.List)):
        elements = argument.value.elements
        length = None if any(isinstance(e, cst.StarredElement) for e in elements) else len(elements)
    return Argument(argument.keyword.value if argument.keyword else None, value, None, length)


def _may_move(built: Sequence[cst.Arg], call: Sequence[cst.Arg], context: Context) -> bool:
    """Whether the constructor's arguments may be evaluated after the call's, and hold nothing else to rewrite."""
    inside = {id(node) for a in built for node in _walk(a.value)}
    if any(id(node) in inside for node in context.candidates):
        return False
    if all(_is_plain(a.value) for a in built):
        return not any(isinstance(node, cst.NamedExpr) for a in call for node in _walk(a.value))
    return all(_is_plain(a.value) for a in call)


def _is_plain(node: cst.BaseExpression) -> bool:
    """Whether evaluating an expression does nothing and depends on nothing that a call could change unseen."""
    match node:
        case cst.Name() | cst.BaseNumber() | cst.SimpleString():
            return True
        case cst.Attribute(value=inner) | cst.UnaryOperation(expression=inner):
            return _is_plain(inner)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return all(isinstance(element, cst.Element) and _is_plain(element.value) for element in elements)
    return False


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _moved(
    found: Throwaway, plan: ModulePlan, function: str, extra: Sequence[tuple[str, str]], context: Context
) -> list[Edit] | None:
    """The edits that put the constructor's arguments behind the call's; None where a comment would be lost."""
    start, parenthesis = context.span(found.call)[0], context.opening_parenthesis(found.call)
    if _holds_comment(start, parenthesis, context):
        return None
    edits = [Edit(start, parenthesis, function), *_keyword_edits(found.call.args, plan.call, context)]
    behind = [
        _written(placed, context.text_between(*_value_span(argument, context)))
        for placed, argument in zip(plan.constructor, found.built.args, strict=True)
        if not placed.drop
    ]
    behind += [f"{name}={value}" for name, value in (*plan.added, *extra)]
    if behind:
        end = context.span(found.call.args[-1])[1]
        edits.append(Edit(end, end, "".join(f"{_separator(found.call, context)}{text}" for text in behind)))
    return edits


def _separator(call: cst.Call, context: Context) -> str:
    """What stands between two arguments of a call: a row each where the last has a row of its own."""
    start = context.span(call.args[-1])[0]
    row = context.file.table.row_text(start.row)
    indent = row[: start.column - 1]
    has_comma = isinstance(call.args[-1].comma, cst.Comma)
    if indent.strip() or (len(call.args) == 1 and not has_comma):
        return ", "
    previous = context.file.table.row_text(start.row - 1)
    return "," + previous[len(previous.rstrip("\r\n")) :] + indent


def _kept(
    found: Throwaway, plan: ModulePlan, function: str, extra: Sequence[tuple[str, str]], context: Context
) -> list[Edit] | None:
    """The edits that leave every argument where it is, with a keyword; None where a comment would be lost."""
    start, parenthesis = context.span(found.call)[0], context.opening_parenthesis(found.built)
    end = context.span(found.built.args[-1])[1]
    first = context.span(found.call.args[0])[0]
    if any(placed.drop for placed in plan.constructor) or _holds_comment(end, first, context):
        return None
    if _holds_comment(start, parenthesis, context):
        return None
    edits = [Edit(start, parenthesis, function)]
    for placed, argument in zip(plan.constructor, found.built.args, strict=True):
        if placed.literal is not None:
            edits.append(Edit(*_value_span(argument, context), placed.literal))
    edits += _keyword_edits(found.built.args, plan.constructor, context)
    head, *tail = zip(plan.call, found.call.args, strict=True)
    value = _value_span(head[1], context)[0]
    edits.append(Edit(end, value, f", {head[0].keyword}="))
    edits += _keyword_edits([a for _, a in tail], [p for p, _ in tail], context)
    added = "".join(f", {name}={text}" for name, text in (*plan.added, *extra))
    if added:
        end = context.span(found.call.args[-1])[1]
        edits.append(Edit(end, end, added))
    return edits


def _keyword_edits(arguments: Sequence[cst.Arg], placed: Sequence[Placed], context: Context) -> Iterator[Edit]:
    """Give arguments the keywords of their new place."""
    for argument, place in zip(arguments, placed, strict=True):
        written = argument.keyword.value if argument.keyword else None
        if place.keyword is None or place.keyword == written:
            continue
        if argument.keyword is not None:
            yield Edit(*context.span(argument.keyword), place.keyword)
        else:
            start = context.span(argument)[0]
            yield Edit(start, start, f"{place.keyword}=")


def _written(placed: Placed, text: str) -> str:
    value = placed.literal or text
    return f"{placed.keyword}={value}" if placed.keyword else value


def _value_span(argument: cst.Arg, context: Context) -> tuple[Location, Location]:
    """Where an argument's value stands, its parentheses included."""
    start, end = context.span(argument)
    if argument.keyword is None:
        return start, end
    behind_equals = re.compile(r"\w+\s*=\s*")
    found = behind_equals.match(context.text_between(start, end))
    if found is None:
        raise ValueError("a keyword without a value")
    table = context.file.table
    return table.location(table.offset(start) + found.end()), end


def _holds_comment(start: Location, end: Location, context: Context) -> bool:
    return "#" in context.text_between(start, end)
