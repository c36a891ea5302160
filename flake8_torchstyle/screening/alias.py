"""Uses of a function of the alias table, on `torch` or a private module of it, imported or not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..torch_api.aliases import ALIAS_NAMES, lookup
from ._screen import GAP, Screen, words_at

if TYPE_CHECKING:
    from ..analysis.names import FileNames

# Every pattern begins with a literal, which the regular expression engine searches for at the speed of `str.find`;
# a leading `\b` would make it try the whole pattern at each character.
_TORCH_AS = re.compile(r"torch(?<!\wtorch)((?:[\s\\]*\.[\s\\]*\w+)*)[\s\\]+as[\s\\]+(\w+)")
_FROM_TORCH = re.compile(r"from(?<!\wfrom)[\s\\]+torch(?:\.\w+)*[\s\\]+import[\s\\]*(\([^)]*\)|(?:[^\r\n\\]|\\\r?\n)*)")
_COMMENT = re.compile(r"#[^\r\n]*")
_IMPORTED = re.compile(r"(\w+)(?:[\s\\]+as[\s\\]+(\w+))?")
_WORD = re.compile(r"\w+")
_PRIVATE_MODULES = frozenset({"_C", "_nn", "_VF", "_VariableFunctions", "_VariableFunctionsClass"})
_WANTED = ALIAS_NAMES | _PRIVATE_MODULES


def _places(source: str) -> Iterator[int]:
    roots = {"torch"}
    for path, name in _TORCH_AS.findall(source):
        if not path or "_" in path:
            roots.add(name)
    for root in roots:
        for match in re.finditer(rf"{root}(?<!\w{root}){GAP}\.{GAP}(\w+)", source):
            if match[1] in _WANTED:
                yield match.start()
    yield from _imported(source)


def _imported(source: str) -> Iterator[int]:
    """Uses of names that an import statement takes from torch."""
    for names in _FROM_TORCH.findall(source):
        if "*" in names:
            yield from (match.start() for match in _WORD.finditer(source) if match[0] in ALIAS_NAMES)
        for name, alias in _IMPORTED.findall(_COMMENT.sub("", names)):
            if name in _WANTED:
                yield from words_at(source, alias or name)


def _matches(node: ast.expr, names: FileNames) -> bool:
    match node:
        case ast.Attribute(attr=attr, ctx=ast.Load()) if attr in ALIAS_NAMES:
            qualified = names.resolve(node)
        case ast.Name(id=name, ctx=ast.Load()):
            qualified = names.resolve_or_star(name, node)
        case _:
            return False
    return qualified is not None and lookup(qualified) is not None


SCREEN = Screen(places=_places, nodes=(ast.Attribute, ast.Name), matches=_matches)
