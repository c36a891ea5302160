"""Calls of a loss that may be fed a softmax: by the loss's own name, or by what one was assigned to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._screen import BLANK, GAP, Screen, arguments

if TYPE_CHECKING:
    from ..analysis.names import FileNames

_SOFTMAX = ("softmax", "Softmax", "softmin", "Softmin")
_COMPUTED = tuple(re.compile(rf"{word}\w*{GAP}\(") for word in _SOFTMAX)
_RENAMED = tuple(re.compile(rf"{word}{BLANK}+as(?!\w)") for word in _SOFTMAX)
_WORDS = ("nll_loss", "cross_entropy", "NLLLoss", "CrossEntropyLoss")
_LOSSES = tuple(re.compile(rf"{word}\w*") for word in _WORDS)
_AS = re.compile(rf"{BLANK}+as{BLANK}+(\w+)")
_OPENING = re.compile(r"\(")
_CALLED = re.compile(rf"{GAP}\(")
# Each is searched for in the whole text.
_MOST_NAMES = 40
# Beginnings of a row that goes on no row above it, or goes on one with an argument that has a name.
_FRESH = re.compile(
    r"(?:(?:return|with|while|assert|raise|elif|def|class)\b|[\w.]+[ \t]*(?::[^=]*)?[-+*/@&|^%]{0,2}=(?!=))"
)
_TARGET = re.compile(r"(\w+)[ \t]*(?::[^=]*)?[-+*/@&|^%:]{0,2}=(?!=)")
_WORD = re.compile(r"\w+")
# What may stand between an assignment's sign and the class: parentheses and the module, as in `loss = (nn.NLLLoss`.
_OWNER = re.compile(r"(?:[\w.\s\\()]|#[^\r\n]*(?![^\r\n]))*")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_COMMENT = re.compile(r"#[^\r\n]*")
_UNREADABLE = re.compile(r"#|\"\"\"|'''")


def _places(source: str) -> Iterator[int]:
    if not any(word in source for word in _SOFTMAX):
        return
    losses = [match for pattern in _LOSSES for match in pattern.finditer(source)]
    aliases = {alias[1] for loss in losses if (alias := _AS.match(source, loss.end()))}
    losses += [match for alias in aliases for match in re.finditer(rf"{alias}(?<!\w{alias})(?!\w)", source)]
    variables: set[str] = set()
    for loss in losses:
        assigned = _assigned(source, loss.start())
        if assigned is None:
            # What is called may go by any name.
            yield from (match.start() for match in _OPENING.finditer(source))
            return
        variables |= assigned
    losses += [match for name in variables for match in _calls(source, name)]
    telling = _telling_words(source)
    yield from (loss.start() for loss in losses if _may_be_fed(source, loss, telling))


def _calls(source: str, name: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"{name}(?<!\w{name})(?!\w)(?={GAP}\()", source)


def _may_be_fed(source: str, loss: re.Match[str], telling: set[str] | None) -> bool:
    """Whether a call of what stands at `loss`, or of what that call returns, has an argument with a telling word."""
    end = loss.end()
    for _ in ("the function, or the constructor", "the object"):
        called = _CALLED.match(source, end)
        if called is None:
            return False
        given = arguments(source, called.end())
        if given is None or telling is None:
            return True
        if any(word in part for part in given for word in _SOFTMAX):
            return True
        if any(not telling.isdisjoint(_WORD.findall(part)) for part in given):
            return True
        end = called.end() + sum(len(part) + 1 for part in given)
    return False


def _telling_words(source: str) -> set[str] | None:
    """The names of what may hold a softmax or what one returned; None where the text does not tell."""
    if any(renamed.search(source) for renamed in _RENAMED):
        return None
    found: set[str] = set()
    pending = [match for pattern in _COMPUTED for match in pattern.finditer(source)]
    while pending:
        if len(found) > _MOST_NAMES:
            return None
        names: set[str] = set()
        for match in pending:
            row = _row_before(source, match.start())
            if row.startswith("#"):
                continue
            if not _FRESH.match(row) or _closes_more(_STRING.sub("", row)):
                return None
            names.update(_TARGET.findall(row))
        # What is assigned may be a module: what calling it returns tells as much.
        pending = [match for name in names - found for match in _calls(source, name)]
        found |= names
    return found


def _row_before(source: str, start: int) -> str:
    """The row of a place up to it, without indentation and the prompts of examples in docstrings."""
    first = max(source.rfind("\n", 0, start), source.rfind("\r", 0, start)) + 1
    return source[first:start].lstrip(" \t\f>").removeprefix("... ")


def _assigned(source: str, start: int) -> set[str] | None:
    """Words among which is the last one of every target that the call at `start` is assigned to.

    None where the text does not tell: a target on another row than the sign, a comment or a long string between them.
    """
    sign, row = start, "#"
    while row.lstrip().startswith("#"):
        sign = source.rfind("=", 0, sign)
        first = max(source.rfind("\n", 0, sign), source.rfind("\r", 0, sign)) + 1
        row = source[first:sign] if sign >= 0 else ""
    if sign < 0 or not _OWNER.fullmatch(source, sign + 1, start) or _ends(_COMMENT.sub("", source[sign + 1 : start])):
        return set()
    words = set(_WORD.findall(row))
    goes_on = source[max(0, first - 3) : first].rstrip("\r\n").endswith("\\")
    return None if not words or _closes_more(row) or goes_on or _UNREADABLE.search(row) else words


def _closes_more(text: str) -> bool:
    """Whether more parentheses close in a text than open: they are those of a row above."""
    return sum(map(text.count, ")]}")) > sum(map(text.count, "([{"))


def _ends(value: str) -> bool:
    """Whether a statement ends within a text: a row does, and neither a parenthesis nor a backslash goes on."""
    return len(value.splitlines()) > 1 and "\\" not in value and value.count("(") <= value.count(")")


def _matches(node: ast.expr, names: FileNames) -> bool:
    from ..analysis.losses import softmax_into_loss

    return softmax_into_loss(node, names) is not None


SCREEN = Screen(places=_places, nodes=(ast.Call,), matches=_matches)
