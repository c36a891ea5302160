"""Attributes of objects, classes and Python modules: methods, properties, class attributes, `self.x = ...`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .attributes import Assignment
from .containers import along, iterated, with_elements
from .functions import returned
from .knowledge import knowledge
from .project import SourceModule
from .types import (
    UNKNOWN,
    ClassObject,
    ClassRef,
    ExternalMethod,
    ExternalRef,
    FunctionRef,
    Instance,
    Items,
    ModuleRef,
    ProjectClass,
    Type,
    Value,
    short,
    union,
)
from .variables import declared, resolved

if TYPE_CHECKING:
    from .values import Evaluator


def attribute(ev: Evaluator, owner: Type, name: str, module: SourceModule) -> Value:
    """The alternatives for `owner.name`."""
    match owner:
        case Instance(cls=cls):
            return _instance_attribute(ev, owner, cls, name)
        case ClassObject(cls=cls):
            return _class_attribute(ev, owner, cls, name)
        case ModuleRef(module=inner):
            found = ev.project.member(inner, [name]) if ev.project else []
            return union(resolved(ev, item) for item in found) or UNKNOWN
        case ExternalRef(qualified=qualified):
            return (ExternalRef(f"{qualified}.{name}"),)
        case Items(elements=elements, cls=cls):
            wraps = name == "module" and cls is not None and cls.name in knowledge().wrappers
            return (elements or UNKNOWN) if wraps else (ExternalMethod(owner, name),)
    return UNKNOWN


def _class_attribute(ev: Evaluator, owner: ClassObject, cls: ClassRef, name: str) -> Value:
    method = ev.classes.find_method(cls, name)
    if method:
        return (FunctionRef(method[0].module, method[1], owner),)
    if not isinstance(cls, ProjectClass):
        return (ExternalRef(f"{cls.qualified}.{name}"),)
    found = union(_assigned(ev, parent, name) for parent in ev.classes.project_order(cls))
    return found or (ExternalMethod(Instance(cls, exact=False), name),)


def _instance_attribute(ev: Evaluator, owner: Instance, cls: ClassRef, name: str) -> Value:
    method = ev.classes.find_method(cls, name)
    if method:
        defined_in, function = method
        decorators = {ast.unparse(d).rpartition(".")[2] for d in function.decorator_list}
        if decorators & {"property", "cached_property", "setter"}:
            return returned(ev, FunctionRef(defined_in.module, function, owner))
        return (FunctionRef(defined_in.module, function, owner),)
    found = union(_assigned(ev, parent, name) for parent in ev.classes.project_order(cls))
    return found or (ExternalMethod(owner, name),)


def _assigned(ev: Evaluator, cls: ProjectClass, name: str) -> Value:
    assignments = ev.attributes_of(cls).of(name)
    values = [_assignment(ev, a, cls, name) for a in assignments if a.element is None]
    filled = union(_element(ev, a, cls) for a in assignments if a.element is not None)
    return with_elements(union(values), filled)


def _assignment(ev: Evaluator, assignment: Assignment, cls: ProjectClass, name: str) -> Value:
    if assignment.annotation is not None:
        return declared(ev, assignment.annotation, assignment.value, cls.module)
    if assignment.value is None:
        return UNKNOWN
    if assignment.iterated:
        found = iterated(ev, assignment.value, cls.module)
    else:
        found = ev.value(assignment.value, cls.module)
    if found:
        ev.note(f"`self.{name} = {short(assignment.value)}`", cls.module, assignment.row)
    return along(list(assignment.path), found)


def _element(ev: Evaluator, assignment: Assignment, cls: ProjectClass) -> Value:
    if assignment.is_extension and assignment.element is not None:
        return iterated(ev, assignment.element, cls.module)
    return ev.value(assignment.element, cls.module)
