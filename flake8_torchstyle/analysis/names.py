"""Scopes and bindings of one file: which import a name or dotted expression stands for.

Names are resolved, never spelled: `torch` means the package only where every binding of the name that can be seen
from a place is an import of it. More than one possible meaning gives None.
"""

from __future__ import annotations

import ast
import enum
import functools
from collections.abc import Iterator
from dataclasses import dataclass

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
ScopeNode = (
    ast.Module
    | ast.ClassDef
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)


class BindingKind(enum.Enum):
    """What made a name."""

    IMPORT = enum.auto()
    ASSIGNMENT = enum.auto()
    FUNCTION = enum.auto()
    CLASS = enum.auto()
    PARAMETER = enum.auto()
    OTHER = enum.auto()


@dataclass(frozen=True, slots=True)
class Binding:
    """One place that binds a name.

    `node` is the binding statement (or `ast.arg`, `ast.NamedExpr`, `ast.comprehension`, ...). For imports `target` is
    the absolute dotted name (relative imports keep their leading dots). For a plain `name = value` (annotated or not)
    `value` is the expression.
    """

    name: str
    kind: BindingKind
    node: ast.AST
    target: str | None = None
    value: ast.expr | None = None


class Scope:
    """A module, class, function, lambda or comprehension, with its bindings by name in textual order."""

    __slots__ = ("bindings", "globals", "node", "nonlocals", "parent")

    def __init__(self, node: ScopeNode, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()

    @property
    def is_class(self) -> bool:
        """Class scopes are not seen from the functions inside them."""
        return isinstance(self.node, ast.ClassDef)

    def enclosing(self) -> Iterator[Scope]:
        """This scope and every one around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


class FileNames:
    """Name resolution for one parsed file."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.module_scope = Scope(tree, None)
        self.star_imports: list[str] = []
        self.used_names: set[str] = set()
        self._scopes: dict[ast.AST, Scope] = {}
        self._own_scopes: dict[ast.AST, Scope] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        _Builder(self).build()

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that directly holds `node`."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, innermost first."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which `node` itself is evaluated (for a scope node: the scope around it)."""
        current: ast.AST | None = node
        while current is not None:
            found = self._scopes.get(current)
            if found is not None:
                return found
            current = self._parents.get(current)
        return self.module_scope

    def own_scope(self, node: ast.AST) -> Scope:
        """The scope that a scope node opens."""
        return self._own_scopes[node]

    def lookup(self, name: str, at: ast.AST) -> tuple[Scope, list[Binding]] | None:
        """The scope that binds `name` as seen from `at`, with all its bindings; None for builtins and unknowns."""
        start = self.scope_of(at)
        for scope in start.enclosing():
            if scope is not start and scope.is_class:
                continue
            if name in scope.globals:
                found = self.module_scope.bindings.get(name)
                return (self.module_scope, found) if found else None
            if name in scope.bindings:
                return scope, scope.bindings[name]
        return None

    def resolve(self, node: ast.expr) -> str | None:
        """The absolute dotted name an expression stands for, if it is an imported name or an attribute of one."""
        match node:
            case ast.Attribute(value=value, attr=attr):
                base = self.resolve(value)
                return f"{base}.{attr}" if base else None
            case ast.Name(id=name):
                return self.resolve_name(name, node)
        return None

    def resolve_name(self, name: str, at: ast.AST) -> str | None:
        """The import that `name` stands for at a place; None when other bindings could reach it too."""
        found = self.lookup(name, at)
        if found is None:
            return None
        targets = {b.target for b in found[1] if not is_missing_import_default(b)}
        return targets.pop() if len(targets) == 1 else None

    def resolve_or_star(self, name: str, at: ast.AST) -> str | None:
        """Like `resolve_name`; a name that nothing binds comes from the file's star import when it has just one."""
        if self.lookup(name, at) is None and len(self.star_imports) == 1:
            return f"{self.star_imports[0]}.{name}"
        return self.resolve_name(name, at)

    def adopt(self, node: ast.expr, place: ast.AST) -> None:
        """Resolve names of an expression that was parsed on its own (a quoted annotation) as if it stood at `place`."""
        scope = self.scope_of(place)
        self._parents[node] = place
        for inner in ast.walk(node):
            self._scopes[inner] = scope

    def may_narrow(self, node: ast.expr) -> bool:
        """Whether the file says `isinstance` of anything that is spelled like `node`."""
        return ast.dump(node) in self._narrowed_expressions

    @functools.cached_property
    def _narrowed_expressions(self) -> frozenset[str]:
        found = set()
        for node in self._parents:
            match node:
                case ast.Call(func=ast.Name(id="isinstance"), args=[subject, _]):
                    found.add(ast.dump(subject))
        return frozenset(found)

    def mentions(self, name: str) -> bool:
        """Whether any scope of the file binds or reads `name`."""
        return name in self.used_names


def is_missing_import_default(binding: Binding) -> bool:
    """`torch = None`, the usual stand-in in `except ImportError`: using it raises in either spelling."""
    return isinstance(binding.value, ast.Constant) and binding.value.value is None


class _Builder:
    """One walk over the tree that fills the scopes of a `FileNames`; a loop, since generated code nests deeply."""

    def __init__(self, names: FileNames) -> None:
        self.names = names

    def build(self) -> None:
        tree = self.names.tree
        root = self.names.module_scope
        self.names._own_scopes[tree] = root
        stack: list[tuple[ast.AST, ast.AST, Scope]] = [(child, tree, root) for child in reversed(tree.body)]
        while stack:
            node, parent, scope = stack.pop()
            if isinstance(node, ast.expr_context):
                continue
            self.names._parents[node] = parent
            self.names._scopes[node] = scope
            self.bind(node, scope)
            children = [(child, node, inner) for child, inner in self.children(node, scope)]
            stack.extend(reversed(children))

    def children(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        """The children of `node`, each with the scope that evaluates it."""
        inner, outside = scope, set[int]()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                inner = self.open(node, scope)
                body = node.body if isinstance(node.body, list) else [node.body]
                kept = {*map(id, body), id(node.args)}
                outside = {id(child) for child in ast.iter_child_nodes(node)} - kept
            case ast.ClassDef(body=body):
                inner = self.open(node, scope)
                outside = {id(child) for child in ast.iter_child_nodes(node)} - {*map(id, body)}
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                inner = self.open(node, scope)
            case ast.comprehension(iter=iterable):
                owner = self.names._parents[node]
                if isinstance(owner, _COMPREHENSIONS) and owner.generators[0] is node:
                    outside = {id(iterable)}
            case ast.arguments(defaults=defaults, kw_defaults=kw_defaults):
                outside = {id(default) for default in (*defaults, *kw_defaults) if default is not None}
            case ast.arg(annotation=annotation) if annotation is not None:
                outside = {id(annotation)}
        around = scope.parent or scope if isinstance(node, (ast.arguments, ast.arg, ast.comprehension)) else scope
        for child in ast.iter_child_nodes(node):
            yield child, around if id(child) in outside else inner

    def open(self, node: ScopeNode, parent: Scope) -> Scope:
        scope = self.names._own_scopes[node] = Scope(node, parent)
        return scope

    def bind(self, node: ast.AST, scope: Scope) -> None:
        """Add the bindings that `node` itself makes."""
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    target = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.add(scope, Binding(alias.asname or target, BindingKind.IMPORT, node, target))
            case ast.ImportFrom(names=aliases):
                self.bind_from_import(node, aliases, scope)
            case ast.Name(id=name):
                self.names.used_names.add(name)
                if not isinstance(node.ctx, ast.Load):
                    self.bind_name(node, scope)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.add(scope, Binding(name, BindingKind.FUNCTION, node))
            case ast.ClassDef(name=name):
                self.add(scope, Binding(name, BindingKind.CLASS, node))
            case ast.arg(arg=name):
                self.add(scope, Binding(name, BindingKind.PARAMETER, node))
            case ast.Global(names=names):
                scope.globals.update(names)
            case ast.Nonlocal(names=names):
                scope.nonlocals.update(names)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                self.add(scope, Binding(name, BindingKind.OTHER, node))

    def bind_from_import(self, node: ast.ImportFrom, aliases: list[ast.alias], scope: Scope) -> None:
        module = "." * node.level + (node.module or "")
        for alias in aliases:
            if alias.name == "*":
                self.names.star_imports.append(module)
                continue
            target = f"{module}{alias.name}" if module.endswith(".") else f"{module}.{alias.name}"
            self.add(scope, Binding(alias.asname or alias.name, BindingKind.IMPORT, node, target))

    def bind_name(self, node: ast.Name, scope: Scope) -> None:
        parent = self.names._parents[node]
        value: ast.expr | None = None
        kind = BindingKind.OTHER
        match parent:
            case ast.Assign(targets=targets, value=value) if node in targets:
                kind = BindingKind.ASSIGNMENT
            case ast.AnnAssign(target=target) if target is node:
                kind, value = BindingKind.ASSIGNMENT, parent.value
            case ast.NamedExpr(target=target, value=value) if target is node:
                kind = BindingKind.ASSIGNMENT
                while isinstance(scope.node, _COMPREHENSIONS) and scope.parent is not None:
                    scope = scope.parent
            case _:
                value = None
        self.add(scope, Binding(node.id, kind, parent, value=value))

    def add(self, scope: Scope, binding: Binding) -> None:
        self.names.used_names.add(binding.name)
        if binding.name in scope.globals:
            scope = self.names.module_scope
        elif binding.name in scope.nonlocals:
            scope = next(
                (outer for outer in scope.enclosing() if outer is not scope and binding.name in outer.bindings), scope
            )
        scope.bindings.setdefault(binding.name, []).append(binding)
