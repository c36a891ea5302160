"""Which classes of a project may derive from a class and have their own `__call__`: judged by text, nothing is parsed.

The question comes up wherever a receiver's class is only declared, and parsing every file of a large project for it
would cost more than all the rest. So the index goes by names: a class can only derive from those whose names its bases
lead to, step by step. Where a base is not simply a name of a class (a call, a variable, something imported from the
project that is no class there) it may be anything. The answer is a short list of classes to look at closely.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

_WORD = rb"[\w\x80-\xff]+"
_CLASS = re.compile(
    rb"class(?<!\wclass)[ \t]+(" + _WORD + rb")[ \t]*(?:\\\r?\n[ \t]*)?(?:\[[^\]]*\])?[ \t]*(?:\(([^)]*)\))?"
)
_DOTTED = re.compile(rb"(" + _WORD + rb")((?:\s*\.\s*" + _WORD + rb")*)")
_FROM = re.compile(rb"from(?<!\wfrom)[ \t]+([\w.\x80-\xff]+)[ \t\\]+import[ \t\\]*(\([^)]*\)|(?:[^\r\n\\]+|\\\r?\n?)*)")
_KEYWORD = re.compile(rb"\w+\s*=")
_LAST_NAME = re.compile(rb"([\w.\x80-\xff]+)[ \t]+$")
_NOT_PLAIN = re.compile(rb"[(#'\"\\]")
_ANYTHING = b"*"
_ASSIGNED = b"="


@dataclass(frozen=True, slots=True)
class _Base:
    """A base class as a class statement spells it: the first and the last part of a dotted name, and the file."""

    root: bytes
    last: bytes
    path: pathlib.Path


class OverrideIndex:
    """The classes of a project by name, and those in files that say `def __call__`.

    `read` gives the text of a file of the project, empty where it cannot be read.
    """

    def __init__(
        self, paths: Sequence[pathlib.Path], root: pathlib.Path, read: Callable[[pathlib.Path], bytes]
    ) -> None:
        self._read = read
        tops = {path.relative_to(root).parts[0] for path in paths}
        self._own = {top.removesuffix(".py").encode() for top in tops}
        self._bases: dict[bytes, set[_Base]] = {}
        self._overriding: dict[pathlib.Path, tuple[bytes, ...]] = {}
        self._above: dict[bytes, frozenset[bytes]] = {}
        self._other_names: dict[tuple[bytes, pathlib.Path], frozenset[bytes]] = {}
        for path in paths:
            self._add(path, read(path))

    def _add(self, path: pathlib.Path, text: bytes) -> None:
        found = [(match[1], match[2]) for match in _CLASS.finditer(text)]
        for name, listed in found:
            self._bases.setdefault(name, set()).update(_bases(listed, path) if listed else ())
        if found and b"def __call__" in text:
            self._overriding[path] = tuple(dict.fromkeys(name for name, _ in found))

    def below(self, names: Iterable[str]) -> list[pathlib.Path]:
        """The files with a class that may derive from a class with one of these names and have its own `__call__`."""
        wanted = {name.encode() for name in names} | {_ANYTHING}
        return [
            path
            for path, classes in self._overriding.items()
            if any(not wanted.isdisjoint(self._names_above(name)) for name in classes)
        ]

    def _names_above(self, name: bytes) -> frozenset[bytes]:
        """The names of all classes that one with this name may derive from."""
        if name not in self._above:
            found: set[bytes] = set()
            pending = list(self._bases.get(name, ()))
            while pending:
                base = pending.pop()
                new = {base.last, *self._others(base)} - found
                found |= new
                pending += (above for other in new for above in self._bases.get(other, ()))
            self._above[name] = frozenset(found)
        return self._above[name]

    def _others(self, base: _Base) -> frozenset[bytes]:
        """What a base class may be besides the class with its name: an alias's class, or anything."""
        key = base.root, base.path
        if key not in self._other_names:
            self._other_names[key] = frozenset(self._meanings(base.root, self._read(base.path)))
        others = self._other_names[key]
        return others - {_ANYTHING} if base.last in self._bases and _ASSIGNED not in others else others

    def _meanings(self, root: bytes, text: bytes) -> Iterator[bytes]:
        """What a file says of the name that a base class begins with."""
        if root in self._own:
            yield _ANYTHING
        name = re.escape(root)
        start = rb"(?<![\w.\x80-\xff]" + name + rb")"
        if re.search(name + start + rb"[ \t]*(?::[^\r\n(){}]+)?=(?!=)", text):
            yield from (_ANYTHING, _ASSIGNED)
        for match in re.finditer(rb"as[ \t]+" + name + rb"(?![\w\x80-\xff])", text):
            before = _LAST_NAME.search(text, max(0, match.start() - 80), match.start())
            if before:
                yield before[1].rpartition(b".")[2]
                if before[1].partition(b".")[0] in self._own:
                    yield _ANYTHING
        for match in _FROM.finditer(text):
            if root in match[2] and (match[1].startswith(b".") or match[1].partition(b".")[0] in self._own):
                yield _ANYTHING


def _bases(listed: bytes, path: pathlib.Path) -> set[_Base]:
    """The names in the parentheses of a class statement, each as the first and the last part of a dotted name."""
    if _NOT_PLAIN.search(listed):
        return {_Base(_ANYTHING, _ANYTHING, path)}
    listed = _KEYWORD.sub(b"", listed)
    return {
        _Base(match[1], match[2].rpartition(b".")[2].strip() or match[1], path) for match in _DOTTED.finditer(listed)
    }
