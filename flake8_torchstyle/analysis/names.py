"""Scopes and bindings of one file: which import a name or dotted expression stands for.

Names are resolved, never spelled: `torch` means the package only where every binding of the name that can be seen
from a place is an import of it. More than one possible meaning gives None.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from ..text import row_starts
from .nodes import NodeIndex
from .scopes import Binding, BindingKind, Scope, ScopeBuilder, rows_that_bind_elsewhere
from .walking import walk

__all__ = ["Binding", "BindingKind", "FileNames", "Scope", "is_missing_import_default"]

_BODIES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class FileNames:
    """Name resolution for one parsed file.

    Scopes and parents are worked out statement by statement when a question leads there: most of a file is never asked
    about. `source`, the file's text, lets whole kinds of questions be answered by a search for a word; without it
    everything is worked out at once.
    """

    def __init__(self, tree: ast.Module, source: str | None = None) -> None:
        self.tree = tree
        self.source = source
        self.nodes = NodeIndex(tree)
        self.module_scope = Scope(tree, None)
        self._builder = ScopeBuilder(
            tree, self.module_scope, lazy=source is not None, eager=rows_that_bind_elsewhere(source or "")
        )
        self._subjects: dict[ast.AST, frozenset[str]] = {}
        # What `bindings` found in a block, by the block's id and the expression that was asked for.
        self.telling: dict[tuple[int, str], list[int]] = {}
        self._mentioned: dict[str, bool] = {}
        self._rebound: dict[ast.AST, frozenset[str]] = {}
        self._stores: dict[ast.ClassDef, dict[tuple[str, str], list[ast.Attribute]]] = {}

    @property
    def star_imports(self) -> list[str]:
        """The modules of `from module import *`, in the order of the text."""
        return self._builder.star_imports

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that directly holds `node`."""
        return self._builder.parent(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, innermost first."""
        current = self._builder.parent(node)
        while current is not None:
            yield current
            current = self._builder.parent(current)

    def scope_of(self, node: ast.AST) -> Scope:
        """The scope in which `node` itself is evaluated (for a scope node: the scope around it)."""
        return self._builder.scope_of(node) or self.module_scope

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
        self._builder.adopt(node, place)

    def may_narrow(self, node: ast.expr) -> bool:
        """Whether the code around `node` says `isinstance` of anything that is spelled like `node`."""
        if not self._says_isinstance:
            return False
        around = next((a for a in self.ancestors(node) if isinstance(a, _BODIES)), None)
        if around is None or isinstance(around, ast.ClassDef):
            return True
        if around not in self._subjects:
            self._subjects[around] = frozenset(_subjects(around))
        return bool(self._subjects[around]) and ast.dump(node) in self._subjects[around]

    def rebound(self, statement: ast.AST) -> frozenset[str]:
        """What the code in a statement assigns to or deletes, as `ast.unparse` writes it."""
        if statement not in self._rebound:
            self._rebound[statement] = frozenset(
                ast.unparse(node)
                for node in walk(statement)
                if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load)
            )
        return self._rebound[statement]

    def says(self, node: ast.stmt, words: Iterable[str]) -> bool:
        """Whether the rows of a statement hold one of some words; outside ASCII names have other spellings: always."""
        if self.source is None or not self.source.isascii():
            return True
        rows = self._row_starts
        end = node.end_lineno or node.lineno
        stop = rows[end] if end < len(rows) else len(self.source)
        return any(self.source.find(word, rows[node.lineno - 1], stop) >= 0 for word in words)

    @cached_property
    def _says_isinstance(self) -> bool:
        return self.source is None or "isinstance" in self.source

    @cached_property
    def _row_starts(self) -> list[int]:
        return row_starts(self.source or "")

    def stores(self, cls: ast.ClassDef, owner: str, attribute: str) -> list[ast.Attribute]:
        """The places in a class that assign to `owner.attribute`."""
        if cls not in self._stores:
            found: dict[tuple[str, str], list[ast.Attribute]] = {}
            self._stores[cls] = found
            for node in walk(cls):
                match node:
                    case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Store()):
                        found.setdefault((name, attr), []).append(node)
        return self._stores[cls].get((owner, attribute), [])

    def mentions(self, name: str) -> bool:
        """Whether any scope of the file binds or reads `name`."""
        if name not in self._mentioned:
            # Outside ASCII, names have other spellings than their own.
            known = self.source is not None and self.source.isascii()
            word = rf"{name}(?<![\w.]{name})(?!\w)"
            in_text = not known or re.search(word, self.source or "") is not None
            self._mentioned[name] = in_text and name in self._builder.all_names()
        return self._mentioned[name]


def _subjects(function: ast.AST) -> Iterator[str]:
    """What a function asks `isinstance` of, in the form of `ast.dump`."""
    for node in walk(function):
        match node:
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, _]):
                yield ast.dump(subject)


def is_missing_import_default(binding: Binding) -> bool:
    """`torch = None`, the usual stand-in in `except ImportError`: using it raises in either spelling."""
    return isinstance(binding.value, ast.Constant) and binding.value.value is None
