"""Building the scopes of one file: what each statement binds, and where each node stands.

The builder goes no further than it is asked to. At first it looks at the statements of the module's own scope; the
expressions of a statement, and the bodies of functions and classes, are walked when a node inside them is asked about.
That is sound because nothing in there binds a name outside of itself, save by `global`, `nonlocal` and `:=`: statements
around those are walked at once, in the order of the text.
"""

from __future__ import annotations

import ast
import bisect
import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..text import row_starts

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


class Binding(NamedTuple):
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


_ELSEWHERE = re.compile(r"(?:global|nonlocal)[ \t\\]")


def rows_that_bind_elsewhere(source: str) -> list[int]:
    """The rows on which some expression or function of a text may bind names of a scope around it, in order."""
    found = [match.start() for match in re.finditer(":=", source)]
    for match in _ELSEWHERE.finditer(source):
        before = source[max(0, match.start() - 200) : match.start()].rstrip(" \t\f\\")
        if not before or before[-1] in "\r\n;:":
            found.append(match.start())
    starts = row_starts(source) if found else []
    return sorted({bisect.bisect_right(starts, offset) for offset in found})


# Nodes with nothing below them, or nothing that anyone asks about.
_LEAVES = frozenset(
    kind
    for base in (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
    for kind in (base, *base.__subclasses__())
) | {ast.Name, ast.Constant, ast.alias, ast.Pass, ast.Break, ast.Continue}
_BINDERS = frozenset(
    {ast.Name, ast.arg, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global}
    | {ast.Nonlocal, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping}
)
_OPENS_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *_COMPREHENSIONS)
# Of nodes that open a scope, the fields inside it; of nodes in a scope, the fields evaluated around that scope.
_OWN_FIELDS = {
    ast.FunctionDef: ("args", "body"),
    ast.AsyncFunctionDef: ("args", "body"),
    ast.Lambda: ("args", "body"),
    ast.ClassDef: ("body",),
}
_AROUND = {ast.arguments: ("defaults", "kw_defaults"), ast.arg: ("annotation",)}
# The fields of a statement that hold statements of the same scope or targets; all others are left for later.
_SKELETON = {
    ast.Assign: ("targets",),
    ast.AnnAssign: ("target",),
    ast.AugAssign: ("target",),
    ast.Delete: ("targets",),
    ast.For: ("target", "body", "orelse"),
    ast.AsyncFor: ("target", "body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.If: ("body", "orelse"),
    ast.With: ("items", "body"),
    ast.AsyncWith: ("items", "body"),
    ast.Match: ("cases",),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
}
if hasattr(ast, "TryStar"):
    _SKELETON[ast.TryStar] = _SKELETON[ast.Try]
if hasattr(ast, "TypeAlias"):
    _SKELETON[ast.TypeAlias] = ("name",)
_Item = tuple[ast.AST, ast.AST, Scope]


class ScopeBuilder:
    """Fills the scopes of a tree, all at once or as far as questions lead.

    `eager` has the rows whose statements are walked at once in either case, since they bind names of other scopes.
    """

    def __init__(self, tree: ast.Module, root: Scope, *, lazy: bool, eager: Sequence[int] = ()) -> None:
        self.tree = tree
        self.root = root
        self.star_imports: list[str] = []
        self._lazy = lazy
        self._eager = eager
        self._names: set[str] = set()
        self._parents: dict[ast.AST, ast.AST | None] = {tree: None}
        self._scopes: dict[ast.AST, Scope] = {}
        self._pending: dict[ast.AST, None] = {}
        self._walk([(child, tree, root) for child in tree.body])

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that directly holds `node`; None for the module and for nodes of other trees."""
        if node not in self._parents:
            self._reach(node)
        return self._parents.get(node)

    def scope_of(self, node: ast.AST) -> Scope | None:
        """The scope in which a node is evaluated."""
        if node not in self._scopes:
            self._reach(node)
        return self._scopes.get(node)

    def adopt(self, node: ast.expr, place: ast.AST) -> None:
        """Take an expression of another tree as if it stood at `place`."""
        scope = self.scope_of(place) or self.root
        for inner in ast.walk(node):
            self._parents[inner] = None
            self._scopes[inner] = scope
        self._parents[node] = place

    def all_names(self) -> set[str]:
        """Every name that the file binds or reads."""
        self._finish()
        return self._names

    def _reach(self, node: ast.AST) -> None:
        """Walk the statements around `node`, outermost first; everything where the node does not say where it is."""
        if node is self.tree or not self._pending:
            return
        row, column = getattr(node, "lineno", None), getattr(node, "col_offset", None)
        if row is not None and column is not None:
            for statement in _path(self.tree, (row, column)):
                self._open(statement)
        if node not in self._parents:
            self._finish()

    def _finish(self) -> None:
        while self._pending:
            self._open(next(iter(self._pending)))

    def _open(self, statement: ast.AST) -> None:
        """Walk what was left for later of a statement."""
        if statement in self._pending:
            del self._pending[statement]
            done = _SKELETON.get(type(statement), ())
            self._walk(
                (child, statement, inner) for child, inner in self._children(statement, self._scopes[statement], done)
            )

    def _walk(self, items: Iterable[_Item]) -> None:
        """Place nodes and what is below them; a loop, since generated code nests deeply."""
        parents, scopes = self._parents, self._scopes
        stack = list(items)
        stack.reverse()
        while stack:
            node, parent, scope = stack.pop()
            parents[node] = parent
            scopes[node] = scope
            kind = type(node)
            if kind in _BINDERS:
                self._bind(node, scope)
            if kind in _LEAVES:
                continue
            if self._lazy and isinstance(node, ast.stmt) and not (self._eager and self._is_eager(node)):
                self._pending[node] = None
                fields = _SKELETON.get(kind, ())
                below = [(child, scope) for field in fields for child in _nodes(getattr(node, field))]
            else:
                below = list(self._children(node, scope))
            stack += [(child, node, inner) for child, inner in reversed(below)]

    def _is_eager(self, statement: ast.stmt) -> bool:
        index = bisect.bisect_left(self._eager, _start(statement)[0])
        return index < len(self._eager) and self._eager[index] <= (statement.end_lineno or statement.lineno)

    def _children(self, node: ast.AST, scope: Scope, done: Sequence[str] = ()) -> Iterator[tuple[ast.AST, Scope]]:
        """The children of `node` outside the fields in `done`, each with the scope that evaluates it."""
        inner = Scope(node, scope) if isinstance(node, _OPENS_SCOPE) else scope
        own = _OWN_FIELDS.get(type(node))
        outside = self._outside(node)
        around = scope.parent or scope if outside else scope
        for field in node._fields:
            if field in done:
                continue
            at = around if field in outside else inner if own is None or field in own else scope
            yield from ((child, at) for child in _nodes(getattr(node, field, None)))

    def _outside(self, node: ast.AST) -> Sequence[str]:
        """The fields that are evaluated around the scope that `node` itself stands in."""
        if isinstance(node, ast.comprehension):
            owner = self._parents[node]
            first = isinstance(owner, _COMPREHENSIONS) and owner.generators[0] is node
            return ("iter",) if first else ()
        return _AROUND.get(type(node), ())

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        """Add the bindings that `node` itself makes."""
        match node:
            case ast.Name(id=name):
                self._names.add(name)
                if not isinstance(node.ctx, ast.Load):
                    self._bind_name(node, scope)
            case ast.arg(arg=name):
                self._add(scope, Binding(name, BindingKind.PARAMETER, node))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self._add(scope, Binding(name, BindingKind.FUNCTION, node))
            case ast.ClassDef(name=name):
                self._add(scope, Binding(name, BindingKind.CLASS, node))
            case ast.Import(names=aliases):
                for alias in aliases:
                    target = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._add(scope, Binding(alias.asname or target, BindingKind.IMPORT, node, target))
            case ast.ImportFrom(names=aliases):
                self._bind_from_import(node, aliases, scope)
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
                self._add(scope, Binding(name, BindingKind.OTHER, node))

    def _bind_from_import(self, node: ast.ImportFrom, aliases: list[ast.alias], scope: Scope) -> None:
        module = "." * node.level + (node.module or "")
        for alias in aliases:
            if alias.name == "*":
                self.star_imports.append(module)
                continue
            target = f"{module}{alias.name}" if module.endswith(".") else f"{module}.{alias.name}"
            self._add(scope, Binding(alias.asname or alias.name, BindingKind.IMPORT, node, target))

    def _bind_name(self, node: ast.Name, scope: Scope) -> None:
        parent = self._parents[node]
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
        self._add(scope, Binding(node.id, kind, parent or node, value=value))

    def _add(self, scope: Scope, binding: Binding) -> None:
        self._names.add(binding.name)
        if binding.name in scope.globals:
            scope = self.root
        elif binding.name in scope.nonlocals:
            scope = next(
                (outer for outer in scope.enclosing() if outer is not scope and binding.name in outer.bindings), scope
            )
        scope.bindings.setdefault(binding.name, []).append(binding)


def _nodes(value: object) -> Iterator[ast.AST]:
    """The nodes in a field."""
    if isinstance(value, ast.AST):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, ast.AST))


def _path(tree: ast.Module, position: tuple[int, int]) -> Iterator[ast.stmt]:
    """The statements around a position, outermost first."""
    block = tree.body
    while block:
        index = bisect.bisect_right(block, position, key=_start) - 1
        if index < 0:
            return
        yield block[index]
        block = max(
            (inner for inner in _blocks(block[index]) if inner and _start(inner[0]) <= position),
            key=lambda inner: _start(inner[0]),
            default=[],
        )


def _start(statement: ast.stmt) -> tuple[int, int]:
    """Where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = decorators[0] if decorators else statement
    return first.lineno, first.col_offset


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The lists of statements in a statement."""
    for holder in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for field in ("body", "orelse", "finalbody"):
            if field in holder._fields:
                yield getattr(holder, field)
