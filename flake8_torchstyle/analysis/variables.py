"""What a name stands for: its bindings that can be meant, imports followed to their files, parameters, unpacking."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .annotations import annotation_value
from .attributes import self_name
from .bindings import reaching
from .containers import along, iterated, with_elements
from .functions import owner_class, returned
from .names import Binding, Scope
from .parameters import passed
from .project import Definition, External, Resolved, SourceModule, Submodule
from .types import (
    NOTHING,
    UNKNOWN,
    ClassObject,
    ExternalRef,
    FunctionRef,
    Instance,
    Items,
    ModuleRef,
    ProjectClass,
    Type,
    Unknown,
    Value,
    short,
    union,
)

if TYPE_CHECKING:
    from .values import Evaluator

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def name_value(ev: Evaluator, node: ast.Name, module: SourceModule) -> Value:
    """What a name can be where it stands."""
    found = module.names.lookup(node.id, node)
    if found is None:
        return _from_star(ev, node.id, module)
    scope, bindings = found
    value = union([bound(ev, binding, scope, module) for binding in reaching(module.names, scope, bindings, node)])
    return with_elements(value, lambda: _filled(ev, node.id, scope, module))


def _from_star(ev: Evaluator, name: str, module: SourceModule) -> Value:
    if ev.project is None or not module.names.star_imports:
        return (ExternalRef(f"builtins.{name}"),)
    for star in module.names.star_imports:
        found = imported(ev, f"{star}.{name}", module)
        if any(not isinstance(alternative, (ExternalRef, Unknown)) for alternative in found):
            return found
    return UNKNOWN


def _filled(ev: Evaluator, name: str, scope: Scope, module: SourceModule) -> Value:
    """What the code puts into the container that a variable is."""
    if scope.is_class:
        return NOTHING
    return union(
        iterated(ev, node, module) if extends else ev.value(node, module)
        for variable, node, extends in module.names.nodes.fills(scope.node).get(name, ())
        if (found := module.names.lookup(name, variable)) and found[0] is scope
    )


def bound(ev: Evaluator, binding: Binding, scope: Scope, module: SourceModule) -> Value:
    """What one binding makes of a name."""
    match binding.node:
        case ast.ClassDef() as node:
            return (ClassObject(ProjectClass(module, node)),)
        case ast.FunctionDef() | ast.AsyncFunctionDef() as node:
            return (FunctionRef(module, node),)
        case ast.arg() as node:
            return _parameter(ev, node, scope, module)
        case ast.Import() | ast.ImportFrom() if binding.target:
            return imported(ev, binding.target, module)
        case ast.AnnAssign(annotation=annotation, value=value):
            return declared(ev, annotation, value, module)
    if binding.value is not None:
        ev.note(f"`{binding.name} = {short(binding.value)}`", module, binding.value.lineno)
        return ev.value(binding.value, module)
    return _unpacked(ev, binding, module)


def declared(ev: Evaluator, annotation: ast.expr, value: ast.expr | None, module: SourceModule) -> Value:
    """An annotated assignment: what is assigned where that is known, else what is declared."""
    assigned = ev.value(value, module) if value is not None else NOTHING
    annotated = annotation_value(ev, annotation, module)
    if any(is_interface(ev, alternative) for alternative in annotated):
        return annotated
    if assigned and not any(isinstance(alternative, Unknown) for alternative in assigned):
        return assigned
    ev.note(f"annotated `{short(annotation)}`", module, annotation.lineno)
    return annotated or UNKNOWN


def is_interface(ev: Evaluator, alternative: Type) -> bool:
    """Whether an object is known to TorchScript by an interface or a scripted class."""
    cls = getattr(alternative, "cls", None)
    return cls is not None and any(
        parent.module.names.resolve(decorator) in ("torch.jit.interface", "torch.jit.script")
        for parent in ev.classes.project_order(cls)
        for decorator in parent.node.decorator_list
    )


def imported(ev: Evaluator, target: str, module: SourceModule) -> Value:
    """What an import brings, `target` as it is written in `module`."""
    if ev.project is None:
        return (ExternalRef(target),)
    return union(resolved(ev, found) for found in ev.project.resolve(target, module)) or UNKNOWN


def resolved(ev: Evaluator, found: Resolved) -> Value:
    """The value of what an import target was found to be."""
    match found:
        case External(qualified=qualified):
            return (ExternalRef(qualified),)
        case Submodule(module=module):
            return (ModuleRef(module),)
        case Definition(module=module, binding=binding):
            return bound(ev, binding, module.names.module_scope, module)


def _parameter(ev: Evaluator, node: ast.arg, scope: Scope, module: SourceModule) -> Value:
    function = scope.node
    if not isinstance(function, (*_FUNCTIONS, ast.Lambda)):
        return UNKNOWN
    owner = owner_class(function, module)
    if owner is not None and self_name(function) == node.arg and node.annotation is None:
        decorators = {ast.unparse(d) for d in getattr(function, "decorator_list", ())}
        is_class = "classmethod" in decorators or getattr(function, "name", "") in (
            "__new__",
            "__init_subclass__",
            "__class_getitem__",
        )
        return (ClassObject(owner, exact=False),) if is_class else (Instance(owner, exact=False),)
    if node.annotation is None:
        if isinstance(function, ast.Lambda) or node in (function.args.vararg, function.args.kwarg):
            return UNKNOWN
        return passed(ev, function, node, module)
    ev.note(f"parameter `{node.arg}: {short(node.annotation)}`", module, node.lineno)
    annotated = annotation_value(ev, node.annotation, module) or UNKNOWN
    return (Items(annotated),) if node in (function.args.vararg, function.args.kwarg) else annotated


def _unpacked(ev: Evaluator, binding: Binding, module: SourceModule) -> Value:
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
            return along(path, ev.value(value, module))
        case ast.For(iter=iterable) | ast.AsyncFor(iter=iterable) | ast.comprehension(iter=iterable):
            ev.note(f"`{binding.name}` iterates over `{short(iterable)}`", module, iterable.lineno)
            return along(path, iterated(ev, iterable, module))
        case ast.withitem(context_expr=context):
            return along(path, entered(ev, context, module))
    return UNKNOWN


def entered(ev: Evaluator, context: ast.expr, module: SourceModule) -> Value:
    """What `with context as x` binds: what a generator yields, what `__enter__` returns, or a module itself."""
    return union(_entered(ev, alternative) for alternative in ev.value(context, module))


def _entered(ev: Evaluator, alternative: Type) -> Value:
    match alternative:
        case Items(elements=elements, cls=None):
            return elements or UNKNOWN
        case Instance(cls=ProjectClass() as cls):
            method = ev.classes.find_method(cls, "__enter__")
            if method:
                return returned(ev, FunctionRef(method[0].module, method[1], alternative)) or UNKNOWN
    return (alternative,)


def _position_of(name: str, target: ast.Tuple | ast.List) -> int:
    for index, element in enumerate(target.elts):
        if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(element)):
            return index
    return 0
