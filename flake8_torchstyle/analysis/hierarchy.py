"""Who derives from a class, in the whole project: found in the text of class statements, so that few files are parsed.

The text says names only; a caller makes sure with the method resolution order of the parsed class. A class is found
through any chain of class statements, under the names that imports and plain assignments give it.
"""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from .knowledge import knowledge

_WORD = rb"[\w\x80-\xff]+"
# Every pattern begins with a literal, which the regular expression engine searches for quickly.
_CLASS = re.compile(
    rb"class(?<!\wclass)[ \t]+(" + _WORD + rb")[ \t]*(?:\\\r?\n[ \t]*)?(?:\[[^\]]*\])?[ \t]*(?:\(([^)]*)\))?"
)
_AS = tuple(re.compile(space + rb"as[ \t]+(" + _WORD + rb")") for space in (b" ", b"\t"))
_NAME_BEFORE = re.compile(rb"(" + _WORD + rb")[ \t]*$")
# Class names begin with a capital by convention; most of what stands behind a sign does not even hold one.
_ALIAS = re.compile(
    rb"=[ \t]*(?=[\w\x80-\xff.]*[A-Z])(?:" + _WORD + rb"\.)*([A-Z][\w\x80-\xff]*)[ \t]*(?:#[^\r\n]*)?$", re.MULTILINE
)
_TARGET = re.compile(rb"(?:^|\n)[ \t]*(" + _WORD + rb")[ \t]*$")
_SETS_CALL = re.compile(rb"__call__[ \t]*(?:[:=](?!=)|\()")
_CALL_BY_NAME = re.compile(rb"setattr\([ \t]*(" + _WORD + rb")[ \t]*,[ \t]*[\"']__call__")
_OWNER = re.compile(rb"(" + _WORD + rb")\.$")
_WORDS = re.compile(_WORD)


class Statements(NamedTuple):
    """What the text of one file says of classes.

    `below` are pairs: a class, or another name for one, and a name that its bases lead to. `with_call` are the names of
    classes that may have their own `__call__` by what is said here.
    """

    below: tuple[tuple[bytes, bytes], ...]
    with_call: frozenset[bytes]

    @property
    def text(self) -> bytes:
        """The same as one text, for a digest."""
        return repr((self.below, sorted(self.with_call))).encode()


def statements(text: bytes) -> Statements:
    """What a file says of classes."""
    found = list(_CLASS.finditer(text))
    classes = [(match[1], _WORDS.findall(match[2] or b"")) for match in found]
    below: dict[tuple[bytes, bytes], None] = {}
    with_call = set(_with_call(text, found))
    names = dict(_imported_as(text, {word for _, words in classes for word in words}))
    foreign = _foreign_names(text) if classes else frozenset()
    for name, words in classes:
        below.update(dict.fromkeys((name, names.get(word, word)) for word in words))
        if not foreign.isdisjoint(words):
            with_call.add(name)
    for match in _ALIAS.finditer(text):
        # Constants are no other names for a class.
        if not match[1].isupper() and (target := _TARGET.search(text, max(0, match.start() - 120), match.start())):
            below[target[1], match[1]] = None
    return Statements(tuple(below), frozenset(with_call))


def _with_call(text: bytes, classes: Sequence[re.Match[bytes]]) -> Iterator[bytes]:
    """The names of the classes that a file gives their own `__call__`: by the indentation of what sets it."""
    if b"__call__" not in text:
        return
    yield from _CALL_BY_NAME.findall(text)
    for match in _SETS_CALL.finditer(text):
        row = text.rfind(b"\n", 0, match.start()) + 1
        before = text[row : match.start()]
        if before.endswith(b"."):
            owner = _OWNER.search(before)
            yield from [owner[1]] if owner else []
        elif b"class" in before:
            yield from (name[1] for name in classes)
        else:
            indentation = before[: len(before) - len(before.lstrip(b" "))]
            yield from _around(text, classes, row + len(indentation), len(indentation))


def _around(text: bytes, classes: Sequence[re.Match[bytes]], place: int, indentation: int) -> Iterator[bytes]:
    """The classes in whose body a row may stand: from below, each that is indented less than the one before.

    One that may be part of a docstring counts and hides none; tabs tell nothing.
    """
    tabbed = text.startswith(b"\t", place)
    for match in reversed(classes):
        column = match.start() - text.rfind(b"\n", 0, match.start()) - 1
        if match.start() < place and (tabbed or column < indentation):
            yield match[1]
            quotes = text.count(b'"""', 0, match.start()) + text.count(b"'''", 0, match.start())
            if quotes % 2 == 0 and not tabbed:
                indentation = column


def _imported_as(text: bytes, wanted: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Those of some names that a file gives to what it imports, each with the name it stands for."""
    # With a tab before it an `as` is rare, and a search for that is cheap.
    for pattern in (_AS if b"\tas" in text else _AS[:1]) if wanted else ():
        for match in pattern.finditer(text):
            if match[1] in wanted and (before := _NAME_BEFORE.search(text, max(0, match.start() - 80), match.start())):
                yield match[1], before[1]


def _foreign_names(text: bytes) -> frozenset[bytes]:
    """What a file calls the packages, and what it takes from them, whose classes have their own `__call__`."""
    names: set[bytes] = set()
    for root in knowledge().custom_call_roots:
        if root in text:
            names.add(root)
            for imported in re.findall(rb"from[ \t]+%b[\w.]*[ \t]+import[ \t]*(\([^)]*\)|[^\r\n]*)" % root, text):
                names.update(_WORDS.findall(imported))
    return frozenset(names)


class Hierarchy:
    """The classes of a project by what derives from them. `files` gives what each file says, in the order of paths."""

    def __init__(self, files: Mapping[pathlib.Path, Statements]) -> None:
        self._files = files
        self._children: dict[bytes, list[tuple[pathlib.Path, bytes]]] = {}
        for path, said in files.items():
            for name, base in said.below:
                self._children.setdefault(base, []).append((path, name))

    @functools.cached_property
    def _with_call(self) -> frozenset[bytes]:
        """The names of the classes that may have their own `__call__`, and of all below them."""
        found = {name for said in self._files.values() for name in said.with_call}
        pending = list(found)
        while pending:
            below = {name for _, name in self._children.get(pending.pop(), ())} - found
            found |= below
            pending += below
        return frozenset(found)

    def below(self, name: str) -> Iterator[tuple[pathlib.Path, str]]:
        """The file and name of each class that may derive from one with a name, nearest first."""
        pending = [name.encode()]
        followed = set(pending)
        seen: set[tuple[pathlib.Path, bytes]] = set()
        while pending:
            for path, child in self._children.get(pending.pop(0), ()):
                if child not in followed:
                    followed.add(child)
                    pending.append(child)
                if (path, child) not in seen:
                    seen.add((path, child))
                    yield path, child.decode("utf-8", "replace")

    def may_have_call(self, name: str) -> bool:
        """Whether a class of this name may have its own `__call__`."""
        return name.encode() in self._with_call
