"""Attributes of objects, classes and Python modules: methods, properties, class attributes, `self.x = ...`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .attributes import Assignment, stored
from .bindings import surely_stored
from .containers import along, iterated, with_elements
from .functions import owner_of_self, returned
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
    if nested := ev.classes.find_class(cls, name):
        return (ClassObject(nested),)
    if not isinstance(cls, ProjectClass):
        return (ExternalRef(f"{cls.qualified}.{name}"),)
    found = union(assigned(ev, parent, name) for parent in ev.classes.project_order(cls))
    return found or (ExternalMethod(Instance(cls, exact=False), name),)


def _instance_attribute(ev: Evaluator, owner: Instance, cls: ClassRef, name: str) -> Value:
    if name == "__class__":
        return (ClassObject(cls, owner.exact),)
    method = ev.classes.find_method(cls, name)
    if method:
        defined_in, function = method
        decorators = {ast.unparse(d).rpartition(".")[2] for d in function.decorator_list}
        if decorators & {"property", "cached_property", "setter"}:
            return returned(ev, FunctionRef(defined_in.module, function, owner))
        return (FunctionRef(defined_in.module, function, owner),)
    if nested := ev.classes.find_class(cls, name):
        return (ClassObject(nested),)
    found = union(assigned(ev, parent, name) for parent in ev.classes.project_order(cls))
    return found or (ExternalMethod(owner, name),)


def assigned(ev: Evaluator, cls: ProjectClass, name: str) -> Value:
    """What one class's own code assigns to an attribute of its objects."""
    assignments = ev.attributes_of(cls).of(name)
    value = union([_assignment(ev, a, cls, name) for a in assignments if a.element is None])
    return with_elements(value, lambda: union(_element(ev, a, cls) for a in assignments if a.element is not None))


def stored_elsewhere(ev: Evaluator, node: ast.Attribute, module: SourceModule, known: Value) -> Value:
    """`known`, and what the file assigns to the attribute of the same object from outside: `net.head = ...`.

    An assignment that surely ran before leaves nothing of what was known.
    """
    values: list[Value] = []
    outside = ev.stores_from_outside(node.attr, module)
    for target in outside.get(ast.dump(node.value), ()) if outside else ():
        if target is node or not _is_same_object(target.value, node.value, module):
            continue
        assignment = stored(target, module.names)
        if assignment is not None and assignment.value is not None:
            source = assignment.value
            found = iterated(ev, source, module) if assignment.iterated else ev.value(source, module)
            if found:
                ev.note(f"`{short(target)} = {short(source)}`", module, assignment.row)
            values.append(along(list(assignment.path), found))
            if surely_stored(module.names, target, node):
                known = ()
    return union((known, *values))


def _is_same_object(one: ast.expr, other: ast.expr, module: SourceModule) -> bool:
    """Whether two expressions that are spelled alike mean the same."""
    root = root_name(one)
    if root is None:
        return False
    own = owner_of_self(root, module)
    if own is not None:
        return own == owner_of_self(root_name(other) or root, module)
    return module.names.lookup(root.id, one) == module.names.lookup(root.id, other)


def root_name(node: ast.expr) -> ast.Name | None:
    """The name that a chain of attributes and subscripts begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node if isinstance(node, ast.Name) else None


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
