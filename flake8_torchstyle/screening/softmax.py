"""Softmax without a dimension, and the logarithm of a softmax."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ._screen import BLANK, GAP, Screen, arguments, before_dot, renamed, words_at

if TYPE_CHECKING:
    from ..analysis.names import FileNames

_LOGARITHM = re.compile(rf"log(?<!\wlog)(?:{GAP}(\()|\s+as\s)")
# Every pattern begins with a literal; one for all of them would be tried at each character.
_FUNCTIONS, _CLASSES = (
    tuple(re.compile(rf"{word}(?<!\w{word})(?:max|min)(?!\w){GAP}\(") for word in words)
    for words in (("soft", "log_soft"), ("Soft", "LogSoft"))
)
_ALIASED = tuple(re.compile(rf"{word}(?:max|min){BLANK}+as{BLANK}+(\w+)") for word in ("soft", "Soft"))
_KEYWORD = re.compile(r"[\s\\]*(\w+)[\s\\]*=(?!=)")
_LAST_WORD = re.compile(r"\w*$")


def _places(source: str) -> Iterator[int]:
    aliases = {alias for pattern in _ALIASED for alias in pattern.findall(source)}
    for alias in aliases:
        yield from words_at(source, alias)
    functions = [match for pattern in _FUNCTIONS for match in pattern.finditer(source)]
    classes = [match for pattern in _CLASSES for match in pattern.finditer(source)]
    if functions or classes or aliases:
        yield from _logarithms(source, [*functions, *classes], aliases)
    modules = {"functional", *renamed(source)} if functions else set()
    for match in functions:
        if _may_be_function(source, match.start(), modules) and _no_dim(source, match.end(), 1):
            yield match.start()
    yield from (m.start() for m in classes if _no_dim(source, m.end(), 0))


def _logarithms(source: str, softmaxes: list[re.Match[str]], aliases: set[str]) -> Iterator[int]:
    """Where a logarithm of a softmax may be taken."""
    for match in _LOGARITHM.finditer(source):
        owner = before_dot(source, match.start())
        if match[1] is None or owner is None or owner.endswith(")"):
            # Under another name, or as a method: of what stands before it.
            yield from (softmax.start() for softmax in softmaxes)
            return
        given = arguments(source, match.end())
        if given is None or any(word in part for part in given for word in ("softmax", "Softmax", *aliases)):
            yield match.start()


def _may_be_function(source: str, start: int, modules: Collection[str]) -> bool:
    """Whether the word at `start` may be read from one of some modules, rather than be a method of a tensor."""
    owner = before_dot(source, start)
    if not owner:
        return True
    name = _LAST_WORD.search(owner.rstrip(" \t\f)"))
    return name is not None and name[0] in modules


def _no_dim(source: str, start: int, position: int) -> bool:
    """Whether the arguments that begin at `start` may leave out `dim`, the argument at `position` from 0.

    With comments or a None among them they always may.
    """
    given = arguments(source, start)
    if given is None or any("#" in part or "None" in part for part in given):
        return True
    keywords = [_KEYWORD.match(part) for part in given]
    if any(keyword or not part.strip() for keyword, part in zip(keywords[:position], given, strict=False)):
        # What comes first is missing: a method's call, or one that fails.
        return False
    by_position = len(given) > position and given[position].strip() and not keywords[position]
    return not by_position and not any(keyword and keyword[1] == "dim" for keyword in keywords)


def _matches(node: ast.expr, names: FileNames) -> bool:
    from ..analysis.softmax import implicit_dim, log_of_softmax

    return bool(implicit_dim(node, names) or log_of_softmax(node, names))


SCREEN = Screen(places=_places, nodes=(ast.Call,), matches=_matches)
