"""Rewrite one use of an alias of a `torch.nn.functional` function: the name, then its arguments.

Arguments are never moved. Each stays where it is, so the evaluation order and the text around it stay too; an argument
whose position has another meaning in the documented function gets the keyword that names its meaning. The edits touch
the alias name, the gaps before arguments, and literals that change; nested rewrites therefore never collide with them.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator, Sequence

import libcst as cst

from ..context import Context
from ..diagnostics import Applicability, Edit, Location, Report
from ..torch_api.aliases import lookup
from ..torch_api.mapping import NON_LITERAL, Alias, Argument, CallPlan, Verdict, plan_call
from .imports import FUNCTIONAL
from .references import is_use, reference_applicability

# Names that both pages list, `torch` as a short cut to the other; `sigmoid` and `tanh` are documented on their own.
_DOCUMENTED_ON_TORCH = frozenset({"softmax"})


class AliasKind(enum.Enum):
    """Where an alias is read from, and what PyTorch says of it there."""

    UNDOCUMENTED = enum.auto()
    DOCUMENTED = enum.auto()
    PRIVATE = enum.auto()


def _kind_of(qualified: str) -> AliasKind:
    namespace, _, name = qualified.rpartition(".")
    if namespace != "torch":
        return AliasKind.PRIVATE
    return AliasKind.DOCUMENTED if name in _DOCUMENTED_ON_TORCH else AliasKind.UNDOCUMENTED


def alias_reports(node: cst.CSTNode, context: Context, kind: AliasKind, verb: str) -> Iterator[Report]:
    """Report `node` when it uses an alias of this kind; `verb` says what is wrong with it."""
    if not isinstance(node, (cst.Attribute, cst.Name)):
        return
    qualified = context.resolve(node)
    alias = lookup(qualified) if qualified else None
    found = context.ast_of(node)
    if qualified is None or alias is None or found is None or _kind_of(qualified) is not kind:
        return
    if not is_use(found, context.file.names) or context.file.package == "torch":
        # PyTorch's own sources are where these functions are made of one another.
        return
    detail = alias.reason if alias.verdict is Verdict.DIFFERENT else alias.note
    suffix = f" ({detail})" if detail else ""
    target = f"{FUNCTIONAL}.{alias.target}"
    message = f"`{qualified}` {verb}; use `{target}`{suffix}"
    at = node.attr if isinstance(node, cst.Attribute) else node
    yield _with_fix(Report(at=at, message=message, applicability=Applicability.DISPLAY), node, alias, context)


def _with_fix(report: Report, node: cst.Attribute | cst.Name, alias: Alias, context: Context) -> Report:
    """The report with its fix, where one is certain to be right."""
    name = context.name_for(f"{FUNCTIONAL}.{alias.target}", node)
    edits = alias_edits(node, alias, name.text, context) if name is not None else None
    level = _applicability(node, alias, context)
    if name is None or edits is None or level is None or context.in_fstring(node):
        return report
    return Report(
        at=report.at,
        message=report.message,
        applicability=level,
        fix_message=f"Use `{name.text}`",
        edits=edits,
        name=name,
    )


def _applicability(node: cst.Attribute | cst.Name, alias: Alias, context: Context) -> Applicability | None:
    """How far a rewrite of the name can be trusted, whatever becomes of its arguments; None for not at all."""
    call = context.parent(node)
    found = context.ast_of(node)
    if found is None:
        return None
    if alias.verdict is Verdict.SAME_OBJECT or (isinstance(call, cst.Call) and call.func is node):
        return Applicability.SAFE
    return reference_applicability(found, context.file.names)


def alias_edits(node: cst.Attribute | cst.Name, alias: Alias, name: str, context: Context) -> tuple[Edit, ...] | None:
    """The edits that put the documented function `name` in the place of an alias; None where that is not certain."""
    if alias.verdict is Verdict.DIFFERENT or "#" in context.text(node):
        return None
    rename = Edit(*context.span(node), name)
    call = context.parent(node)
    if not isinstance(call, cst.Call) or call.func is not node:
        return (rename,) if alias.bare_reference_safe else None
    if any(argument.star for argument in call.args):
        return (rename,) if alias.bare_reference_safe else None
    plan = plan_call(alias, [_argument(argument, context) for argument in call.args])
    if plan is None:
        return None
    arguments = _argument_edits(call.args, plan, context)
    return (rename, *arguments) if arguments is not None else None


def _argument(argument: cst.Arg, context: Context) -> Argument:
    keyword = argument.keyword.value if argument.keyword else None
    try:
        value: object = ast.literal_eval(context.text(argument.value))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = NON_LITERAL
    return Argument(keyword, value, context.resolve(argument.value))


def _argument_edits(arguments: Sequence[cst.Arg], plan: CallPlan, context: Context) -> list[Edit] | None:
    """The edits that carry out a plan; None where they would lose a comment."""
    edits: list[Edit] = []
    for index, (argument, step) in enumerate(zip(arguments, plan.steps, strict=True)):
        start, end = context.span(argument)
        gap_start = context.span(arguments[index - 1])[1] if index else _parenthesis_before(argument, context)
        if step.drop:
            if index == 0 or "#" in context.text_between(gap_start, end):
                return None
            edits.append(Edit(gap_start, end, ""))
            continue
        if step.literal is not None:
            edits.append(Edit(*context.span(argument.value), step.literal))
        if step.keyword is None:
            continue
        if argument.keyword is None:
            gap = context.text_between(gap_start, start)
            edits.append(Edit(gap_start, start, f"{gap}{step.keyword}="))
        elif argument.keyword.value != step.keyword:
            edits.append(Edit(*context.span(argument.keyword), step.keyword))
    if plan.added and arguments:
        end = context.span(arguments[-1])[1]
        edits.append(Edit(end, end, "".join(f", {name}={value}" for name, value in plan.added)))
    return edits


def _parenthesis_before(first: cst.Arg, context: Context) -> Location:
    """Where the call's opening parenthesis stands, seen from its first argument."""
    call = context.parent(first)
    if not isinstance(call, cst.Call):
        raise TypeError("the argument is not part of a call")
    table = context.file.table
    start, end = table.offset(context.span(call.func)[1]), table.offset(context.span(first)[0])
    return table.location(table.source.rindex("(", start, end))
