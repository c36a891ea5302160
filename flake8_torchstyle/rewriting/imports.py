"""Which name a rewrite may use for a function, and which import statements that adds or leaves unused.

`ImportPlanner.name_for` answers with a name that is bound at that place, or one that an added import binds, or with
None: then the finding stays and the fix does not. `ImportPlanner.edits` settles the imports of all accepted fixes of a
file together.
"""

from __future__ import annotations

import ast
import functools
import pathlib
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ..analysis.names import Binding, BindingKind, FileNames, Scope
from ..diagnostics import Edit, Location
from ..text import LineTable, newline_of

FUNCTIONAL = "torch.nn.functional"
SHORT_NAME = "F"
_ADDED = f"import {FUNCTIONAL} as {SHORT_NAME}"
_FUNCTION_MODULES = frozenset({"torch", FUNCTIONAL, "torch._C._nn", "torch._C._VariableFunctions", "torch._VF"})
# The built-in function, and the methods of pytest's `monkeypatch` and of `unittest.mock.patch`.
_PATCHERS = frozenset({"setattr", "delattr", "patch", "object", "multiple"})


class UsableName(NamedTuple):
    """A spelling for a function. `anchor` is the import statement after which `import ... as F` has to be added."""

    text: str
    anchor: ast.stmt | None = None


class ImportPlanner:
    """Names and imports of one file."""

    def __init__(self, names: FileNames, table: LineTable, path: pathlib.Path | None) -> None:
        self.names = names
        self.table = table
        self._is_package_init = path is not None and path.name == "__init__.py"

    def name_for(self, target: str, at: ast.expr) -> UsableName | None:
        """How to write `target`, a member of `torch.nn.functional` or of `torch`, in place of `at`."""
        module, _, member = target.rpartition(".")
        if module not in (FUNCTIONAL, "torch") or self._from_star(at) or self._is_patched:
            return None
        if module == "torch":
            package = self._visible("torch", at)
            return UsableName(f"{package}.{member}") if package else None
        if existing := self._visible(FUNCTIONAL, at):
            return UsableName(f"{existing}.{member}")
        if package := self._visible("torch.nn", at):
            return UsableName(f"{package}.functional.{member}")
        if anchor := self._anchor(at):
            return UsableName(f"{SHORT_NAME}.{member}", anchor)
        if package := self._visible("torch", at):
            return UsableName(f"{package}.nn.functional.{member}")
        return None

    @functools.cached_property
    def _is_patched(self) -> bool:
        """Whether the file puts functions of its own into torch's modules.

        What a name in them means then depends on when it is read, and the replacement may be made of the other.
        """
        for node in self.names.nodes.all:
            match node if type(node) in (ast.Attribute, ast.Call) else None:
                case ast.Attribute(value=module, ctx=ast.Store() | ast.Del()) if self._is_torch_module(module):
                    return True
                case ast.Call(func=function, args=[module, *_]) if _name(function) in _PATCHERS:
                    if self._is_torch_module(module):
                        return True
        return False

    @functools.cached_property
    def _imported(self) -> frozenset[str]:
        """Every name that an import statement of the file binds: cheaper to ask than what a name means at a place."""
        statements = (node for node in self.names.nodes.all if isinstance(node, (ast.Import, ast.ImportFrom)))
        names = (alias.asname or alias.name for statement in statements for alias in statement.names)
        return frozenset(name.partition(".")[0] for name in names)

    def _is_torch_module(self, node: ast.expr) -> bool:
        """Whether an expression is one of torch's modules of functions, or a text that names something in one."""
        if isinstance(node, ast.Constant):
            name = node.value.rpartition(".")[0] if isinstance(node.value, str) else None
        else:
            root = _root(node)
            name = self.names.resolve(node) if root and root.id in self._imported else None
        return name in _FUNCTION_MODULES

    def _from_star(self, at: ast.expr) -> bool:
        return isinstance(at, ast.Name) and self.names.lookup(at.id, at) is None

    def _visible(self, target: str, at: ast.expr) -> str | None:
        """A name bound to the module `target` wherever control reaches `at`."""
        for scope in self.names.scope_of(at).enclosing():
            for name, bindings in scope.bindings.items():
                if (
                    bindings[0].kind is BindingKind.IMPORT
                    and self.names.resolve_name(name, at) == target
                    and any(self._reaches(binding, scope, at) for binding in bindings)
                ):
                    return name
        return None

    def _reaches(self, binding: Binding, scope: Scope, at: ast.expr) -> bool:
        """Whether the import has run whenever `at` runs: above it, in the scope's body or in a block around `at`."""
        if binding.kind is not BindingKind.IMPORT or not isinstance(binding.node, ast.stmt):
            return False
        if (binding.node.lineno, binding.node.col_offset) > (at.lineno, at.col_offset):
            return False
        around = {scope.node, *self.names.ancestors(at)}
        old_spelling = self._root_imports(at)
        for block in self.names.ancestors(binding.node):
            if block is scope.node:
                return True
            shares_guard = (
                isinstance(block, ast.Try)
                and binding.node in block.body
                and any(statement in block.body for statement in old_spelling)
            )
            if block not in around and not shares_guard:
                return False
        return False

    def _root_imports(self, at: ast.expr) -> list[ast.stmt]:
        """The import statements that bind the leftmost name of `at`, such as `import torch.utils.data`."""
        root = _root(at)
        found = self.names.lookup(root.id, root) if root else None
        bindings = found[1] if found else []
        return [b.node for b in bindings if b.kind is BindingKind.IMPORT and isinstance(b.node, ast.stmt)]

    def _anchor(self, at: ast.expr) -> ast.stmt | None:
        """The module-level torch import after which `import torch.nn.functional as F` can go, if `F` is free."""
        if self.names.mentions(SHORT_NAME) or self.names.star_imports:
            return None
        body = self.names.tree.body
        roots = self._root_imports(at)
        index = next((i for i, statement in enumerate(body) if statement in roots), None)
        if index is None or not self._alone(index):
            return None
        while index + 1 < len(body) and _sorts_before_added(body[index + 1]) and self._alone(index + 1):
            index += 1
        anchor = body[index]
        return anchor if self._runs_later(at, anchor) else None

    def _runs_later(self, at: ast.expr, anchor: ast.stmt) -> bool:
        return at.lineno > (anchor.end_lineno or anchor.lineno)

    def _alone(self, index: int) -> bool:
        """Whether a module-level statement shares its rows with no other."""
        body = self.names.tree.body
        statement = body[index]
        before = body[index - 1].end_lineno if index else 0
        after = body[index + 1].lineno if index + 1 < len(body) else None
        tail = self._row_tail(statement).strip()
        return before != statement.lineno and after != statement.end_lineno and (not tail or tail.startswith("#"))

    def _row_tail(self, statement: ast.stmt) -> str:
        end_row = statement.end_lineno or statement.lineno
        end = self.table.from_ast(end_row, statement.end_col_offset or 0)
        return self.table.between(end, self._next_row(end_row))

    def _next_row(self, row: int) -> Location:
        return self.table.location(self.table.row_start(row + 1))

    def edits(self, anchors: Collection[ast.stmt], rewritten: Collection[ast.Name]) -> list[Edit]:
        """The import edits of a file.

        `anchors` are the statements after which `F` has to be imported (the first in the file is enough), `rewritten`
        the uses of imported names that the accepted fixes replace.
        """
        unused = self._unused(rewritten)
        anchor = min(anchors, key=lambda statement: statement.lineno, default=None)
        edits = [edit for statement, gone in unused.items() for edit in self._remove(statement, gone, anchor)]
        if anchor is not None and not any(_ADDED in edit.content for edit in edits):
            edits.append(self._insert_after(anchor))
        return edits

    def _insert_after(self, anchor: ast.stmt) -> Edit:
        newline = newline_of(self.table.source)
        place = self._next_row(anchor.end_lineno or anchor.lineno)
        if not self.table.source or self.table.source[self.table.offset(place) - 1] not in "\r\n":
            return Edit(place, place, newline + _ADDED)
        return Edit(place, place, _ADDED + newline)

    def _unused(self, rewritten: Collection[ast.Name]) -> dict[ast.ImportFrom, set[str]]:
        """Local names per `from torch... import` statement that nothing uses once `rewritten` is gone."""
        if self._is_package_init or not rewritten:
            return {}
        left = set(map(id, rewritten))
        nodes = self.names.nodes.all
        kept = {n.id for n in nodes if isinstance(n, ast.Name) and id(n) not in left}
        kept |= {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        unused: dict[ast.ImportFrom, set[str]] = {}
        for name in {use.id for use in rewritten} - kept:
            for node in self._single_imports(name):
                unused.setdefault(node, set()).add(name)
        return unused

    def _single_imports(self, name: str) -> Iterator[ast.ImportFrom]:
        """The module-level import of `name`, when that is the one binding of the name in the file."""
        bindings = self.names.module_scope.bindings.get(name, [])
        node = bindings[0].node if len(bindings) == 1 else None
        if isinstance(node, ast.ImportFrom) and node in self.names.tree.body and "#" not in self._statement_rows(node):
            yield node

    def _statement_rows(self, statement: ast.stmt) -> str:
        start = Location(statement.lineno, 1)
        return self.table.between(start, self._next_row(statement.end_lineno or statement.lineno))

    def _remove(self, statement: ast.ImportFrom, gone: set[str], anchor: ast.stmt | None) -> Iterator[Edit]:
        """Edits that take the names in `gone` out of an import; an emptied statement makes room for the added one."""
        kept = [alias for alias in statement.names if (alias.asname or alias.name) not in gone]
        if kept:
            yield from self._remove_aliases(statement, gone)
            return
        index = self.names.tree.body.index(statement)
        if statement is anchor:
            yield Edit(*self._statement_span(statement), _ADDED)
        elif self._alone(index):
            yield Edit(Location(statement.lineno, 1), self._next_row(statement.end_lineno or statement.lineno), "")

    def _statement_span(self, statement: ast.stmt | ast.alias) -> tuple[Location, Location]:
        return (
            self.table.from_ast(statement.lineno, statement.col_offset),
            self.table.from_ast(statement.end_lineno or statement.lineno, statement.end_col_offset or 0),
        )

    def _remove_aliases(self, statement: ast.ImportFrom, gone: set[str]) -> Iterator[Edit]:
        spans = [self._statement_span(alias) for alias in statement.names]
        dropped = [(alias.asname or alias.name) in gone for alias in statement.names]
        last_kept = max(i for i, drop in enumerate(dropped) if not drop)
        for i, drop in enumerate(dropped[:last_kept]):
            if drop:
                yield Edit(spans[i][0], spans[i + 1][0], "")
        if last_kept + 1 < len(spans):
            yield Edit(spans[last_kept][1], spans[-1][1], "")


def _root(node: ast.expr) -> ast.Name | None:
    """The name that a dotted expression begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def _name(function: ast.expr) -> str | None:
    """The last part of a function's name."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def _sorts_before_added(statement: ast.stmt) -> bool:
    """`import torch.nn as nn` and the like stay above the added line, as import sorters want it."""
    return (
        isinstance(statement, ast.Import)
        and len(statement.names) == 1
        and statement.names[0].name.partition(".")[0] == "torch"
        and statement.names[0].name < FUNCTIONAL
    )
