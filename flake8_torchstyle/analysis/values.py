"""What an expression can be: constructors, attributes, containers, annotations, return values, followed across files.

An abstract evaluation that never runs anything. Each answer is the set of alternatives (`types.Value`); whatever is not
understood is `Unknown`, and a search that goes too deep or in a circle ends there too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .annotations import annotation_value
from .attributes import Assignment, AttributeTable, filled_elements, self_name
from .bindings import narrowing_classes, reaching
from .calls import call_value, contained, container_kind
from .classes import Classes, Nature
from .knowledge import knowledge
from .names import Binding, Scope
from .project import Definition, External, Project, Resolved, SourceModule, Submodule
from .types import (
    NOTHING,
    UNKNOWN,
    ClassObject,
    ClassRef,
    Evidence,
    ExternalMethod,
    ExternalRef,
    FunctionNode,
    FunctionRef,
    Instance,
    Items,
    ModuleRef,
    ProjectClass,
    TupleOf,
    Type,
    Unknown,
    Value,
    union,
)

_MAX_DEPTH = 40
_MAX_STEPS = 4000
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Evaluator:
    """Evaluates expressions of any file of a project. `trace` collects what the answers rest on."""

    def __init__(self, project: Project | None) -> None:
        self.project = project
        self.classes = Classes(lambda base, cls: self.value(base, cls.module))
        self.trace: list[Evidence] = []
        self._tables: dict[ProjectClass, AttributeTable] = {}
        self._open: set[int] = set()
        self._steps = 0

    def begin(self) -> None:
        """Start a new question: an empty trace and a fresh allowance of steps."""
        self.trace = []
        self._steps = 0

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

    def _value(self, node: ast.expr, module: SourceModule) -> Value:
        match node:
            case ast.Name():
                return self._narrowed(node, module) or self._name(node, module)
            case ast.Attribute(value=base, attr=attr):
                return self._narrowed(node, module) or union(
                    self.attribute(owner, attr, module) for owner in self.value(base, module)
                )
            case ast.Call():
                return call_value(self, node, module)
            case ast.Subscript(value=base, slice=index):
                return union(self._item(owner, index) for owner in self.value(base, module))
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
            case ast.Tuple(elts=elements) if not any(isinstance(e, ast.Starred) for e in elements):
                return (TupleOf(tuple(self.value(element, module) for element in elements)),)
            case ast.List(elts=elements) | ast.Set(elts=elements) | ast.Tuple(elts=elements):
                return (Items(self.elements(elements, module)),)
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

    def elements(self, nodes: list[ast.expr], module: SourceModule) -> Value:
        """The alternatives for the items of a display or an argument list; starred ones are iterated."""
        return union(
            self.iterated(node.value, module) if isinstance(node, ast.Starred) else self.value(node, module)
            for node in nodes
        )

    def _narrowed(self, node: ast.expr, module: SourceModule) -> Value:
        if not module.names.may_narrow(node):
            return NOTHING
        classes = narrowing_classes(module.names, node, node)
        found = union(self.value(cls, module) for cls in classes)
        instances = tuple(
            Instance(alternative.cls, exact=False) for alternative in found if isinstance(alternative, ClassObject)
        )
        if instances and len(instances) == len(found):
            self.note(f"`isinstance({ast.unparse(node)}, ...)`", module, node.lineno)
            return instances
        return NOTHING

    # Names

    def _name(self, node: ast.Name, module: SourceModule) -> Value:
        found = module.names.lookup(node.id, node)
        if found is None:
            return self._from_star(node.id, module)
        scope, bindings = found
        filled = self._filled(node.id, scope, module)
        values = [self._bound(binding, scope, module) for binding in reaching(module.names, scope, bindings, node)]
        return _with_elements(union(values), filled)

    def _from_star(self, name: str, module: SourceModule) -> Value:
        if self.project is None or not module.names.star_imports:
            return (ExternalRef(f"builtins.{name}"),)
        for star in module.names.star_imports:
            found = self._imported(f"{star}.{name}", module)
            if any(not isinstance(alternative, (ExternalRef, Unknown)) for alternative in found):
                return found
        return UNKNOWN

    def _filled(self, name: str, scope: Scope, module: SourceModule) -> Value:
        if not isinstance(scope.node, _FUNCTIONS):
            return NOTHING
        return union(
            self.iterated(node, module) if extends else self.value(node, module)
            for node, extends in filled_elements(module.names, scope.node, name)
        )

    def _bound(self, binding: Binding, scope: Scope, module: SourceModule) -> Value:
        """What one binding makes of a name."""
        match binding.node:
            case ast.ClassDef() as node:
                return (ClassObject(ProjectClass(module, node)),)
            case ast.FunctionDef() | ast.AsyncFunctionDef() as node:
                return (FunctionRef(module, node),)
            case ast.arg() as node:
                return self._parameter(node, scope, module)
            case ast.Import() | ast.ImportFrom() if binding.target:
                return self._imported(binding.target, module)
            case ast.AnnAssign(annotation=annotation, value=value):
                return self._declared(annotation, value, module)
        if binding.value is not None:
            self.note(f"`{binding.name} = {_short(binding.value)}`", module, binding.value.lineno)
            return self.value(binding.value, module)
        return self._unpacked(binding, module)

    def _declared(self, annotation: ast.expr, value: ast.expr | None, module: SourceModule) -> Value:
        """An annotated assignment: what is assigned where that is known, else what is declared."""
        assigned = self.value(value, module) if value is not None else NOTHING
        if assigned and not any(isinstance(alternative, Unknown) for alternative in assigned):
            return assigned
        declared = annotation_value(self, annotation, module)
        self.note(f"annotated `{_short(annotation)}`", module, annotation.lineno)
        return declared or UNKNOWN

    def _imported(self, target: str, module: SourceModule) -> Value:
        if self.project is None:
            return (ExternalRef(target),)
        return union(self._resolved(found) for found in self.project.resolve(target, module)) or UNKNOWN

    def _resolved(self, found: Resolved) -> Value:
        match found:
            case External(qualified=qualified):
                return (ExternalRef(qualified),)
            case Submodule(module=module):
                return (ModuleRef(module),)
            case Definition(module=module, binding=binding):
                return self._bound(binding, module.names.module_scope, module)

    def _parameter(self, node: ast.arg, scope: Scope, module: SourceModule) -> Value:
        function = scope.node
        if not isinstance(function, (*_FUNCTIONS, ast.Lambda)):
            return UNKNOWN
        owner = self.owner_class(function, module)
        if owner is not None and self_name(function) == node.arg and node.annotation is None:
            decorators = {ast.unparse(d) for d in getattr(function, "decorator_list", ())}
            is_class = "classmethod" in decorators or getattr(function, "name", "") in (
                "__new__",
                "__init_subclass__",
                "__class_getitem__",
            )
            return (ClassObject(owner),) if is_class else (Instance(owner, exact=False),)
        if node.annotation is None:
            return UNKNOWN
        self.note(f"parameter `{node.arg}: {_short(node.annotation)}`", module, node.lineno)
        declared = annotation_value(self, node.annotation, module) or UNKNOWN
        return (Items(declared),) if node in (function.args.vararg, function.args.kwarg) else declared

    def owner_class(self, function: ast.AST, module: SourceModule) -> ProjectClass | None:
        """The class in whose body a function stands."""
        parent = module.names.parent(function)
        while isinstance(parent, (ast.If, ast.Try)):
            parent = module.names.parent(parent)
        return ProjectClass(module, parent) if isinstance(parent, ast.ClassDef) else None

    def owner_of_self(self, name: ast.Name, module: SourceModule) -> ProjectClass | None:
        """The class whose method's first parameter `name` is."""
        found = module.names.lookup(name.id, name)
        if found is None or not isinstance(found[0].node, (*_FUNCTIONS, ast.Lambda)):
            return None
        is_first = self_name(found[0].node) == name.id
        return self.owner_class(found[0].node, module) if is_first else None

    def _unpacked(self, binding: Binding, module: SourceModule) -> Value:
        """Names bound by `for`, `with`, comprehensions and tuples."""
        node: ast.AST | None = binding.node
        path: list[int] = []
        while isinstance(node, (ast.Tuple, ast.List, ast.Starred)):
            if isinstance(node, ast.Starred):
                return UNKNOWN
            path.insert(0, _position_of(binding.name, node))
            node = module.names.parent(node)
        match node:
            case ast.Assign(value=value):
                return _along(path, self.value(value, module))
            case ast.For(iter=iterable) | ast.AsyncFor(iter=iterable) | ast.comprehension(iter=iterable):
                self.note(f"`{binding.name}` iterates over `{_short(iterable)}`", module, iterable.lineno)
                return _along(path, self.iterated(iterable, module))
            case ast.withitem(context_expr=context):
                return _along(path, self.entered(context, module))
        return UNKNOWN

    def entered(self, context: ast.expr, module: SourceModule) -> Value:
        """What `with context as x` binds: what a generator yields, or the object itself for a module."""
        return union(
            alternative.elements if isinstance(alternative, Items) and alternative.cls is None else (alternative,)
            for alternative in self.value(context, module)
        )

    # Attributes

    def attribute(self, owner: Type, name: str, module: SourceModule) -> Value:
        """The alternatives for `owner.name`."""
        match owner:
            case Instance(cls=cls):
                return self._instance_attribute(owner, cls, name)
            case ClassObject(cls=cls):
                return self._class_attribute(owner, cls, name)
            case ModuleRef(module=inner):
                found = self.project.member(inner, [name]) if self.project else []
                return union(self._resolved(item) for item in found) or UNKNOWN
            case ExternalRef(qualified=qualified):
                return (ExternalRef(f"{qualified}.{name}"),)
            case Items(elements=elements, cls=cls):
                wraps = name == "module" and cls is not None and cls.name in knowledge().wrappers
                return (elements or UNKNOWN) if wraps else (ExternalMethod(owner, name),)
        return UNKNOWN

    def _class_attribute(self, owner: ClassObject, cls: ClassRef, name: str) -> Value:
        method = self.classes.find_method(cls, name)
        if method:
            return (FunctionRef(method[0].module, method[1], owner),)
        if not isinstance(cls, ProjectClass):
            return (ExternalRef(f"{cls.qualified}.{name}"),)
        found = union(self._assigned(parent, name) for parent in self.classes.project_order(cls))
        return found or (ExternalMethod(Instance(cls, exact=False), name),)

    def _instance_attribute(self, owner: Instance, cls: ClassRef, name: str) -> Value:
        method = self.classes.find_method(cls, name)
        if method:
            defined_in, function = method
            decorators = {ast.unparse(d).rpartition(".")[2] for d in function.decorator_list}
            if decorators & {"property", "cached_property", "setter"}:
                return self.returned(FunctionRef(defined_in.module, function, owner))
            return (FunctionRef(defined_in.module, function, owner),)
        found = union(self._assigned(parent, name) for parent in self.classes.project_order(cls))
        return found or (ExternalMethod(owner, name),)

    def _assigned(self, cls: ProjectClass, name: str) -> Value:
        if cls not in self._tables:
            self._tables[cls] = AttributeTable(cls)
        assignments = self._tables[cls].of(name)
        values = [self._assignment(a, cls, name) for a in assignments if a.element is None]
        filled = union(self._element(a, cls) for a in assignments if a.element is not None)
        return _with_elements(union(values), filled)

    def _assignment(self, assignment: Assignment, cls: ProjectClass, name: str) -> Value:
        if assignment.annotation is not None:
            return self._declared(assignment.annotation, assignment.value, cls.module)
        if assignment.value is None:
            return UNKNOWN
        if assignment.iterated:
            found = self.iterated(assignment.value, cls.module)
        else:
            found = self.value(assignment.value, cls.module)
        if found:
            self.note(f"`self.{name} = {_short(assignment.value)}`", cls.module, assignment.row)
        return _along(list(assignment.path), found)

    def _element(self, assignment: Assignment, cls: ProjectClass) -> Value:
        if assignment.is_extension and assignment.element is not None:
            return self.iterated(assignment.element, cls.module)
        return self.value(assignment.element, cls.module)

    # Items

    def iterated(self, node: ast.expr, module: SourceModule) -> Value:
        """What iterating over an expression gives."""
        return union(self.items(owner) for owner in self.value(node, module))

    def items(self, owner: Type) -> Value:
        """What a container holds."""
        match owner:
            case Items(elements=elements):
                return elements or UNKNOWN
            case TupleOf(items=items):
                return union(items)
            case Instance():
                return self.held(owner) or UNKNOWN
        return UNKNOWN

    def held(self, owner: Instance) -> Value:
        """What an object of a class derived from a torch container holds, by what its class hands to the container."""
        kinds = [kind for cls in self.classes.order(owner.cls) if (kind := container_kind(cls))]
        if not kinds:
            return NOTHING
        found: list[Value] = []
        for cls in self.classes.project_order(owner.cls):
            for node in ast.walk(cls.node):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__")):
                        found.append(contained(self, kinds[0], node, cls.module))
        return union(found)

    def _item(self, owner: Type, index: ast.expr) -> Value:
        match owner, index:
            case Items(), ast.Slice():
                return (owner,)
            case TupleOf(items=items), ast.Constant(value=int(position)) if -len(items) <= position < len(items):
                return items[position]
            case ClassObject(), _:
                return (owner,)  # `Generic[T]`
            case ExternalRef(), _:
                return (owner,)
        return self.items(owner)

    # Functions

    def returned(self, function: FunctionRef) -> Value:
        """What calling a function gives: its annotation where that says enough, else what it returns."""
        node = function.node
        if isinstance(node, ast.Lambda):
            return self.value(node.body, function.module)
        if node.returns is not None:
            declared = self._returned_by_annotation(node, function)
            if declared and not any(isinstance(alternative, Unknown) for alternative in declared):
                self.note(f"`{node.name}` returns `{_short(node.returns)}`", function.module, node.lineno)
                return declared
        results = list(_results(node))
        if any(isinstance(result, (ast.Yield, ast.YieldFrom)) for result in results):
            return (Items(union(self.value(r.value, function.module) for r in results if isinstance(r, ast.Yield))),)
        values = [self.value(r.value, function.module) for r in results if isinstance(r, ast.Return) and r.value]
        self.note(f"`{node.name}` returns what line(s) {_rows(results)} say", function.module, node.lineno)
        return union(values)

    def _returned_by_annotation(self, node: FunctionNode, function: FunctionRef) -> Value:
        if node.returns is None:
            return NOTHING
        if ast.unparse(node.returns).strip("'\"").rpartition(".")[2] == "Self" and function.owner is not None:
            return (Instance(function.owner.cls, exact=False),)
        return annotation_value(self, node.returns, function.module)

    def is_module(self, alternative: Type) -> bool:
        """Whether a value is an object of a class that derives from nn.Module, whatever its `__call__`."""
        match alternative:
            case Instance(cls=cls) | Items(cls=ProjectClass() as cls):
                return self.classes.answer(cls).nature in (Nature.MODULE, Nature.PARTLY, Nature.CUSTOM_CALL)
            case Items(cls=cls):
                return cls is not None
        return False


def _results(function: FunctionNode) -> Iterator[ast.Return | ast.Yield | ast.YieldFrom]:
    """The return and yield points of a function, those of functions inside it left out."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop(0)
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)):
            yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda)):
            pending = [*ast.iter_child_nodes(node), *pending]


def _rows(nodes: list[ast.Return | ast.Yield | ast.YieldFrom]) -> str:
    return ", ".join(str(node.lineno) for node in nodes) or "-"


def _position_of(name: str, target: ast.Tuple | ast.List) -> int:
    for index, element in enumerate(target.elts):
        if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(element)):
            return index
    return 0


def _along(path: list[int], value: Value) -> Value:
    """The part of a value that tuple unpacking along a path of positions gives."""
    for position in path:
        value = union(_part(alternative, position) for alternative in value)
    return value


def _part(alternative: Type, position: int) -> Value:
    match alternative:
        case TupleOf(items=items) if position < len(items):
            return items[position]
        case Items(elements=elements):
            return elements or UNKNOWN
    return UNKNOWN


def _with_elements(value: Value, filled: Value) -> Value:
    """Containers among the alternatives, with what is put into them later."""
    if not filled:
        return value
    return tuple(Items(union((a.elements, filled)), a.cls) if isinstance(a, Items) else a for a in value)


def _short(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:57]}..."
