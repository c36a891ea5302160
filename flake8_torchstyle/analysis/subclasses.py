"""The classes of the project that derive from a class."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .classes import Nature
from .types import Evidence, ProjectClass

if TYPE_CHECKING:
    import pathlib

    from .values import Evaluator

# So many classes below one are looked at; their order is that of their files, which is the same in every run.
MAX_CLASSES = 60


def subclasses(ev: Evaluator, cls: ProjectClass, limit: int, *, with_call: bool = False) -> Iterator[ProjectClass]:
    """The classes of the project that derive from `cls`, at most so many, or just those that may have a `__call__`."""
    if ev.project is None:
        return
    hierarchy = ev.project.hierarchy
    found = (place for place in hierarchy.below(cls.name) if not with_call or hierarchy.may_have_call(place[1]))
    for path, name in itertools.islice(found, limit):
        yield from (sub for sub in classes_named(ev, path, name) if cls in ev.classes.order(sub))


def classes_named(ev: Evaluator, path: pathlib.Path, name: str) -> Iterator[ProjectClass]:
    """The classes of a name in a file of the project."""
    module = ev.project.module_at(path) if ev.project else None
    if module is not None:
        yield from (ProjectClass(module, node) for node in module.names.nodes.classes.get(name, ()))


def own_call_below(ev: Evaluator, cls: ProjectClass) -> Evidence | None:
    """A class of the project that derives from `cls` and has its own `__call__`."""
    for sub in subclasses(ev, cls, MAX_CLASSES, with_call=True):
        if ev.classes.answer(sub).nature is Nature.CUSTOM_CALL:
            text = f"its subclass `{sub.name}` has its own `__call__`"
            return Evidence(text, sub.module.path, sub.node.lineno)
    return None
