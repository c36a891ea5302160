"""A cheap and sound test that a file can hold no finding: text first, then the standard library's `ast`.

Most files of most projects end here, so this module must stay free of heavy imports. Sound means: what it drops can
hold no finding of any rule. A new kind of candidate is added to `_TEXT` (what the text must show) and to `candidates`
(which expressions the rules then look at); a test runs every rule's examples through both.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .analysis.names import FileNames
from .torch_api import ALIAS_NAMES, lookup

_GAP = r"(?:[\s\\)]|#[^\r\n]*)*"
# Every pattern begins with a literal, which the regular expression engine searches for at the speed of `str.find`;
# a leading `\b` would make it try the whole pattern at each character.
_TORCH_AS = re.compile(r"torch(?<!\wtorch)((?:[\s\\]*\.[\s\\]*\w+)*)[\s\\]+as[\s\\]+(\w+)")
_FROM_TORCH = re.compile(r"from(?<!\wfrom)[\s\\]+torch(?:\.\w+)*[\s\\]+import[\s\\]*(\([^)]*\)|(?:[^\r\n\\]|\\\r?\n)*)")
_FORWARD = re.compile(rf"forward{_GAP}\(")
_SUPER_TAIL = re.compile(r"super\s*\([^()]*\)\s*\.\s*$")
_WORD = re.compile(r"\w+")
_PRIVATE_MODULES = frozenset({"_C", "_nn", "_VF", "_VariableFunctions", "_VariableFunctionsClass"})
_WANTED = ALIAS_NAMES | _PRIVATE_MODULES


def may_hold_finding(source: str) -> bool:
    """Whether the text could hold a finding. False is certain, True is not."""
    return _names_alias(source) or _calls_forward(source)


def _calls_forward(source: str) -> bool:
    return any(_is_attribute(source, match.start()) for match in _FORWARD.finditer(source))


def _is_attribute(source: str, start: int) -> bool:
    """Whether the word at `start` could follow a dot, and not the one after `super()`."""
    before = source[max(0, start - 80) : start]
    stripped = before.rstrip(" \t\f")
    if stripped.endswith("."):
        return not _SUPER_TAIL.search(before)
    # Alone on its row: the dot may be anywhere above, behind a backslash or a comment.
    return not stripped or stripped[-1] in "\r\n"


def _names_alias(source: str) -> bool:
    if "torch" not in source:
        return False
    roots = {"torch"}
    for path, name in _TORCH_AS.findall(source):
        if not path or "_" in path:
            roots.add(name)
    for imported in _FROM_TORCH.findall(source):
        if "*" in imported or not _WANTED.isdisjoint(_WORD.findall(imported)):
            return True
    return any(
        word in _WANTED for root in roots for word in re.findall(rf"{root}(?<!\w{root}){_GAP}\.{_GAP}(\w+)", source)
    )


def candidates(names: FileNames) -> Iterator[ast.expr]:
    """The expressions of a parsed file that a rule could report, in the order of the walk."""
    for node in ast.walk(names.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="forward")):
                yield node
            case ast.Attribute(attr=attr, ctx=ast.Load()) if attr in ALIAS_NAMES:
                if (qualified := names.resolve(node)) and lookup(qualified):
                    yield node
            case ast.Name(id=name, ctx=ast.Load()):
                if (qualified := names.resolve_or_star(name, node)) and lookup(qualified):
                    yield node
