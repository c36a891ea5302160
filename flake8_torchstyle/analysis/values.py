"""What an expression can be: constructors, attributes, containers, annotations, return values, followed across files.

An abstract evaluation that never runs anything. Each answer is the set of alternatives (`types.Value`); whatever is not
understood is `Unknown`, and a search that goes too deep or in a circle ends there too.
"""

from __future__ import annotations

import ast
import weakref
from collections.abc import Iterator

from .attributes import AttributeTable
from .bindings import narrowing_classes
from .calls import call_value
from .classes import Classes, Nature
from .containers import elements, item
from .functions import owner_of_self
from .knowledge import Kind, knowledge
from .members import attribute, stored_elsewhere
from .project import Definition, Project, SourceModule
from .types import (
    NOTHING,
    UNKNOWN,
    ClassObject,
    ClassRef,
    Evidence,
    ExternalClass,
    ExternalMethod,
    ExternalRef,
    FunctionRef,
    Instance,
    Items,
    ProjectClass,
    TupleOf,
    Type,
    Unknown,
    Value,
    union,
)
from .variables import name_value

_MAX_DEPTH = 40
_MAX_STEPS = 4000


class Evaluator:
    """Evaluates expressions of any file of a project. `trace` collects what the answers rest on."""

    def __init__(self, project: Project | None) -> None:
        self.project = project
        # Without a circle of references, all that is known of a file goes as soon as the file is done.
        evaluator: Evaluator = weakref.proxy(self)

        def in_class(base: ast.expr, cls: ProjectClass) -> Value:
            return evaluator._in_class(base, cls)

        self.classes = Classes(in_class)
        self.trace: list[Evidence] = []
        self._tables: dict[ProjectClass, AttributeTable] = {}
        self._outside: dict[tuple[str, SourceModule], dict[str, list[ast.Attribute]]] = {}
        self._open: set[int] = set()
        self._steps = 0
        self.depth_of_callers = 0

    def begin(self) -> None:
        """Start a new question: an empty trace and a fresh allowance of steps."""
        self.trace = []
        self._steps = 0

    def attributes_of(self, cls: ProjectClass) -> AttributeTable:
        """What is assigned to the attributes of a class's objects."""
        if cls not in self._tables:
            self._tables[cls] = AttributeTable(cls)
        return self._tables[cls]

    def stores_from_outside(self, attribute: str, module: SourceModule) -> dict[str, list[ast.Attribute]]:
        """The places in a file that assign to an attribute, by `ast.dump` of the object, `self` left out.

        What methods assign on their own object is the attribute table's.
        """
        key = attribute, module
        if key not in self._outside:
            found: dict[str, list[ast.Attribute]] = {}
            for target in module.names.nodes.stores.get(attribute, ()):
                if not isinstance(target.value, ast.Name) or owner_of_self(target.value, module) is None:
                    found.setdefault(ast.dump(target.value), []).append(target)
            self._outside[key] = found
        return self._outside[key]

    def note(self, text: str, module: SourceModule, row: int) -> None:
        """Add a step to the trace."""
        evidence = Evidence(text, module.path, row)
        if evidence not in self.trace:
            self.trace.append(evidence)

    def value(self, node: ast.expr | None, module: SourceModule) -> Value:
        """The alternatives for an expression; nothing where the search is going in a circle."""
        if node is None:
            return UNKNOWN
        key = id(node)
        self._steps += 1
        if key in self._open:
            return NOTHING
        if len(self._open) > _MAX_DEPTH or self._steps > _MAX_STEPS:
            return UNKNOWN
        self._open.add(key)
        try:
            return self._value(node, module)
        finally:
            self._open.discard(key)

    def assigned_expressions(self, node: ast.expr, module: SourceModule) -> Iterator[tuple[ast.expr, SourceModule]]:
        """The expressions that are assigned to a name in the scope of a module, followed through imports."""
        found = module.names.lookup(node.id, node) if isinstance(node, ast.Name) else None
        for binding in found[1] if found else ():
            if binding.value is not None:
                yield binding.value, module
            elif binding.target and self.project is not None:
                for item in self.project.resolve(binding.target, module):
                    if isinstance(item, Definition) and item.binding.value is not None:
                        yield item.binding.value, item.module

    def _in_class(self, node: ast.expr, cls: ProjectClass) -> Value:
        """An expression in the head of a class, whatever question is open: the answer is kept for later ones."""
        outer = self._open, self._steps, self.trace, self.depth_of_callers
        self._open, self._steps, self.trace, self.depth_of_callers = set(), 0, [], 0
        try:
            return self.value(node, cls.module)
        finally:
            self._open, self._steps, self.trace, self.depth_of_callers = outer

    def _value(self, node: ast.expr, module: SourceModule) -> Value:
        match node:
            case ast.Name():
                return self._narrowed(node, module, name_value(self, node, module))
            case ast.Attribute(value=base, attr=attr):
                found = union(attribute(self, owner, attr, module) for owner in self.value(base, module))
                return self._narrowed(node, module, stored_elsewhere(self, node, module, found))
            case ast.Call():
                return call_value(self, node, module)
            case ast.Subscript(value=base, slice=index):
                return union(item(self, owner, index) for owner in self.value(base, module))
            case ast.IfExp(body=body, orelse=orelse):
                return union((self.value(body, module), self.value(orelse, module)))
            case ast.BoolOp(values=values):
                return union(self.value(value, module) for value in values)
            case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
                return self.value(value, module)
            case ast.Constant():
                return NOTHING if node.value is None else UNKNOWN
        return self._display(node, module)

    def _display(self, node: ast.expr, module: SourceModule) -> Value:
        """Lists, tuples, dictionaries, comprehensions."""
        match node:
            case ast.Tuple(elts=listed) if not any(isinstance(e, ast.Starred) for e in listed):
                return (TupleOf(tuple(self.value(element, module) for element in listed)),)
            case ast.List(elts=listed) | ast.Set(elts=listed) | ast.Tuple(elts=listed):
                return (Items(elements(self, listed, module)),)
            case ast.ListComp(elt=element) | ast.GeneratorExp(elt=element) | ast.SetComp(elt=element):
                return (Items(self.value(element, module)),)
            case ast.Dict(values=values):
                return (Items(union(self.value(value, module) for value in values)),)
            case ast.DictComp(value=value):
                return (Items(self.value(value, module)),)
            case ast.BinOp(left=left, op=ast.Add() | ast.Mult(), right=right):
                sides = (*self.value(left, module), *self.value(right, module))
                return tuple(side for side in sides if isinstance(side, (Items, TupleOf))) or UNKNOWN
            case ast.Lambda():
                return (FunctionRef(module, node),)
        return UNKNOWN

    def _narrowed(self, node: ast.expr, module: SourceModule, value: Value) -> Value:
        """The alternatives that agree with the `isinstance` that holds where the expression stands."""
        if not module.names.may_narrow(node):
            return value
        tested = narrowing_classes(module.names, node, node)
        found = union(self.value(cls, module) for cls in tested)
        classes = [cls for alternative in found if (cls := _class_of(alternative)) is not None]
        if not classes or len(classes) != len(found):
            return value
        kept = union(self._agreeing(alternative, classes) for alternative in value)
        self.note(f"`isinstance({ast.unparse(node)}, ...)`", module, node.lineno)
        return kept or tuple(Instance(cls, exact=False) for cls in classes)

    def _agreeing(self, alternative: Type, classes: list[ClassRef]) -> Value:
        """What an alternative can be, known that it is an object of one of `classes`."""
        match alternative:
            case Instance(cls=cls, exact=exact):
                if any(wanted in self.classes.order(cls) or _is_root(wanted) for wanted in classes):
                    return (alternative,)
                return NOTHING if exact else tuple(Instance(wanted, exact=False) for wanted in classes)
            case Items(cls=cls) if cls is not None:
                return (alternative,)
            case Unknown() | ExternalMethod():
                return tuple(Instance(wanted, exact=False) for wanted in classes)
        return NOTHING

    def is_module(self, alternative: Type) -> bool:
        """Whether a value is an object of a class that derives from nn.Module, whatever its `__call__`."""
        match alternative:
            case Instance(cls=cls) | Items(cls=ProjectClass() as cls):
                return self.classes.answer(cls).nature in (Nature.MODULE, Nature.PARTLY, Nature.CUSTOM_CALL)
            case Items(cls=cls):
                return cls is not None
        return False


def _class_of(alternative: Type) -> ClassRef | None:
    match alternative:
        case ClassObject(cls=cls):
            return cls
        case ExternalRef(qualified=qualified) if knowledge().kind(qualified) is not Kind.UNKNOWN:
            return ExternalClass(qualified)
    return None


def _is_root(cls: ClassRef) -> bool:
    """Whether a class is nn.Module itself, from which a class with unread bases may derive too."""
    return isinstance(cls, ExternalClass) and cls.qualified in ("torch.nn.Module", "torch.nn.modules.module.Module")
