"""What subclasses in the project put in the place of an attribute of an object only known by its base class."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .classes import Nature
from .containers import items
from .functions import returned
from .members import assigned
from .project import SourceModule
from .subclasses import MAX_CLASSES, classes_named
from .types import Evidence, FunctionRef, Instance, ProjectClass, Type, Value, union

if TYPE_CHECKING:
    from .values import Evaluator


def other_attribute_below(
    ev: Evaluator, receiver: ast.expr, module: SourceModule, nature: Callable[[Type], Nature]
) -> Evidence | None:
    """A class of the project that puts something else than a module with the stock `__call__` where `receiver` is.

    Asked of `self.net` and `self.nets[0]`: a subclass may assign another `net`, or return another from a property.
    """
    attribute = receiver.value if isinstance(receiver, ast.Subscript) else receiver
    if ev.project is None or not isinstance(attribute, ast.Attribute):
        return None
    for owner in ev.value(attribute.value, module):
        if isinstance(owner, Instance) and not owner.exact and isinstance(owner.cls, ProjectClass):
            for sub in _classes_that_set(ev, owner.cls, attribute.attr):
                value = _attribute_of(ev, sub, attribute.attr)
                if attribute is not receiver:
                    value = union(items(ev, alternative) for alternative in value)
                if {nature(alternative) for alternative in value} & {Nature.CUSTOM_CALL, Nature.NOT_MODULE}:
                    text = f"its subclass `{sub.name}` has another `{attribute.attr}`"
                    return Evidence(text, sub.module.path, sub.node.lineno)
    return None


def _classes_that_set(ev: Evaluator, cls: ProjectClass, name: str) -> Iterator[ProjectClass]:
    """The classes below `cls` in files that assign or define `name`."""
    if ev.project is None:
        return
    below = list(ev.project.hierarchy.below(cls.name))
    if not below:
        return
    word = name.encode()
    says = re.compile(rb"%b(?<!\w%b)(?:[ \t]*[:=,]|[ \t]*\()" % (word, word))
    texts = dict(ev.project.texts())
    found = ((path, sub) for path, sub in below if path in texts and word in texts[path] and says.search(texts[path]))
    for path, sub_name in itertools.islice(found, MAX_CLASSES):
        yield from (sub for sub in classes_named(ev, path, sub_name) if cls in ev.classes.order(sub))


def _attribute_of(ev: Evaluator, cls: ProjectClass, name: str) -> Value:
    """What the class itself says that the attribute is."""
    for item in cls.node.body:
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == name and item.decorator_list:
            return returned(ev, FunctionRef(cls.module, item, Instance(cls, exact=False)))
    return assigned(ev, cls, name)
