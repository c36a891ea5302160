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
_TORCH_ALIAS = re.compile(r"\btorch(?:\s*\.\s*\w+)*\s+as\s+(\w+)")
_FROM_TORCH = re.compile(r"\bfrom\s+torch(?:\.\w+)*\s+import\s*(\([^)]*\)|(?:[^\r\n\\]|\\\r?\n)*)")
_FORWARD = re.compile(rf"\.{_GAP}forward{_GAP}\(")
_SUPER_TAIL = re.compile(r"super\s*\([^()]*\)\s*$")
_ALIAS_WORDS = "|".join(sorted(ALIAS_NAMES, key=len, reverse=True))
_WORD = re.compile(r"\w+")
_TORCH_ATTRIBUTE = re.compile(rf"\b(\w+){_GAP}\.{_GAP}(?:{_ALIAS_WORDS})\b")
_PRIVATE_MODULES = frozenset({"_C", "_nn", "_VF", "_VariableFunctions", "_VariableFunctionsClass"})


def may_hold_finding(source: str) -> bool:
    """Whether the text could hold a finding. False is certain, True is not."""
    return _calls_forward(source) or _names_alias(source)


def _calls_forward(source: str) -> bool:
    if "forward" not in source:
        return False
    return any(not _SUPER_TAIL.search(source, max(0, m.start() - 80), m.start()) for m in _FORWARD.finditer(source))


def _names_alias(source: str) -> bool:
    if "torch" not in source:
        return False
    roots = {"torch", *_PRIVATE_MODULES, *_TORCH_ALIAS.findall(source)}
    for imported in _FROM_TORCH.findall(source):
        words = set(_WORD.findall(imported))
        if "*" in imported or words & ALIAS_NAMES:
            return True
        if words & _PRIVATE_MODULES:
            roots |= words
    return any(match.group(1) in roots for match in _TORCH_ATTRIBUTE.finditer(source))


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
