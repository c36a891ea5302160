"""What a rule may ask about the file it looks at: names, types, places, text, imports.

Rules see libcst nodes of one expression at a time; the analysis works on the standard library's `ast` of the whole
file. A `Context` joins the two by position: a libcst node and an `ast` node of the same kind over the same span are
the same expression. Where they cannot be matched the answer is None and the rule stays silent.
"""

from __future__ import annotations

import ast
import bisect
import pathlib
import re
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from .analysis.names import FileNames
from .diagnostics import Edit, Location
from .rewriting.imports import ImportPlanner, UsableName
from .text import LineTable

if TYPE_CHECKING:
    from .analysis.files import Asked
    from .analysis.modules import ForwardCall, ModuleAnalysis
    from .analysis.project import Workspace

Span = tuple[Location, Location]
_NAME = re.compile(r"(?<![\w.])\w+")
_KINDS: dict[type[cst.CSTNode], type[ast.expr]] = {
    cst.Call: ast.Call,
    cst.Attribute: ast.Attribute,
    cst.Name: ast.Name,
}


class FileContext:
    """One parsed file with the analyses its expressions share, each made when first asked for."""

    def __init__(
        self, source: str, path: pathlib.Path | None, names: FileNames, workspace: Workspace | None = None
    ) -> None:
        self._workspace = workspace
        self.asked: Asked | None = None
        self.table = LineTable(source)
        self.path = path
        self.names = names
        self.imports = ImportPlanner(names, self.table, path)
        self._forward_calls: dict[ast.Call | ast.Attribute, ForwardCall | None] = {}

    @cached_property
    def modules(self) -> ModuleAnalysis:
        """The answer to "is this an nn.Module?" for this file."""
        from .analysis.modules import ModuleAnalysis
        from .analysis.project import disk

        if self.path is None:
            return ModuleAnalysis(self.names, self.names.tree, None, None)
        project = (self._workspace or disk()).project_of(self.path)
        self.asked = project.begin()
        return ModuleAnalysis(self.names, self.names.tree, self.path, project)

    @cached_property
    def package(self) -> str | None:
        """The name of the top-level package that the file is part of, by the `__init__` files around it."""
        folder = self.path.absolute().parent if self.path is not None else None
        name = None
        while folder is not None and (folder / "__init__.py").exists():
            name, folder = folder.name, folder.parent
        return name

    def forward_call(self, call: ast.Call | ast.Attribute) -> ForwardCall | None:
        """What is known of a `recv.forward(...)` call or a `recv.forward` handed on; rules share one answer."""
        if call not in self._forward_calls:
            self._forward_calls[call] = self.modules.classify(call)
        return self._forward_calls[call]

    def span_of(self, node: ast.expr) -> Span:
        """Where an `ast` expression stands."""
        if node.end_lineno is None or node.end_col_offset is None:
            raise ValueError("expression without a position")
        return (
            self.table.from_ast(node.lineno, node.col_offset),
            self.table.from_ast(node.end_lineno, node.end_col_offset),
        )


def _line_end(source: str, offset: int) -> int:
    """The offset of the line ending after `offset`."""
    ends = [end for mark in "\r\n" if (end := source.find(mark, offset)) >= 0]
    return min(ends, default=len(source))


class _Outline(cst.CSTVisitor):
    """Collects the calls, attributes and names of an expression, outer before inner, and the node around each node."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[cst.CSTNode] = []
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self._open: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self._open:
            self.parents[node] = self._open[-1]
        self._open.append(node)
        if type(node) in _KINDS:
            self.nodes.append(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self._open.pop()


class Context:
    """A rule's view of one expression and of the file around it.

    `candidates` are the nodes that a screen has let through, outer before inner: those a rule may report.
    """

    def __init__(self, file: FileContext, region: ast.expr, candidates: Collection[ast.expr]) -> None:
        self.file = file
        self.region = region
        start, end = file.span_of(region)
        wrapper = MetadataWrapper(cst.parse_module(f"({file.table.between(start, end)})"), unsafe_skip_copy=True)
        self.root = wrapper.module
        self._origin = start
        self._positions = wrapper.resolve(PositionProvider)
        visitor = _Outline()
        self.root.visit(visitor)
        self._parents = visitor.parents
        self._found = self._among(visitor.nodes, candidates)
        self.candidates = list(self._found)

    def _among(self, nodes: Iterable[cst.CSTNode], wanted: Iterable[ast.expr]) -> dict[cst.CSTNode, ast.expr]:
        """Those of some libcst nodes that are one of some `ast` nodes."""
        places = {(type(node), self.file.span_of(node)): node for node in wanted}
        # Most nodes begin where no wanted one does, which is cheaper to see than where they end.
        starts = {self._to_region(start) for _, (start, _) in places}
        found: dict[cst.CSTNode, ast.expr] = {}
        for node in nodes:
            start = self._positions[node].start
            if (start.line, start.column) in starts and (other := places.get((_KINDS[type(node)], self.span(node)))):
                found[node] = other
        return found

    @cached_property
    def _ast_nodes(self) -> dict[tuple[type[ast.AST], Span], ast.expr]:
        wanted = tuple(_KINDS.values())
        return {
            (type(node), self.file.span_of(node)): node for node in ast.walk(self.region) if isinstance(node, wanted)
        }

    def ast_of(self, node: cst.CSTNode) -> ast.expr | None:
        """The `ast` expression that a libcst call, attribute or name is."""
        if found := self._found.get(node):
            return found
        kind = _KINDS.get(type(node))
        return self._ast_nodes.get((kind, self.span(node))) if kind else None

    @cached_property
    def _names(self) -> list[tuple[Location, Location, ast.Name]]:
        """The names in the region that stand alone, with their places, in the order of the text."""
        found = [
            (*span, node)
            for (_, span), node in self._ast_nodes.items()
            if isinstance(node, ast.Name) and not isinstance(self.file.names.parent(node), ast.Attribute)
        ]
        return sorted(found, key=lambda name: name[:2])

    def names_replaced(self, edits: Iterable[Edit]) -> tuple[ast.Name, ...]:
        """The names, bases of attributes left out, that edits replace by text which does not mention them."""
        found: list[ast.Name] = []
        for edit in edits:
            index = bisect.bisect_left(self._names, edit.start, key=lambda name: name[0])
            while index < len(self._names) and self._names[index][1] <= edit.end:
                name = self._names[index][2]
                index += 1
                if name.id not in _NAME.findall(edit.content):
                    found.append(name)
        return tuple(found)

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node stands in the file, its own parentheses left out."""
        position = self._positions[node]
        return self._to_file(position.start.line, position.start.column), self._to_file(
            position.end.line, position.end.column
        )

    def _to_file(self, line: int, column: int) -> Location:
        # The region was parsed inside one extra parenthesis, which shifts its first row only.
        if line == 1:
            return Location(self._origin.row, self._origin.column + column - 1)
        return Location(self._origin.row + line - 1, column + 1)

    def _to_region(self, place: Location) -> tuple[int, int]:
        row = place.row - self._origin.row + 1
        return (row, place.column - self._origin.column + 1) if row == 1 else (row, place.column - 1)

    def text_between(self, start: Location, end: Location) -> str:
        """Source text from `start` up to `end`."""
        return self.file.table.between(start, end)

    def text(self, node: cst.CSTNode) -> str:
        """Source text of a node, its own parentheses left out."""
        return self.text_between(*self.span(node))

    def short_text(self, node: cst.CSTNode) -> str:
        """Source text of a node for a message: one row, not too long."""
        text = " ".join(self.text(node).split())
        return text if len(text) <= 40 else f"{text[:37]}..."

    def end_with_parentheses(self, node: cst.BaseExpression) -> Location:
        """Where a node ends, its own parentheses included."""
        table = self.file.table
        offset = table.offset(self.span(node)[1])
        for _ in node.rpar:
            offset = self._after_parenthesis(offset)
        return table.location(offset)

    def _after_parenthesis(self, offset: int) -> int:
        """The offset behind the next closing parenthesis that is not in a comment."""
        source = self.file.table.source
        while source[offset] != ")":
            comment = source[offset] == "#"
            offset = min(_line_end(source, offset), len(source) - 1) if comment else offset + 1
        return offset + 1

    def opening_parenthesis(self, call: cst.Call) -> Location:
        """Where the parenthesis stands that opens a call's arguments."""
        table = self.file.table
        offset = table.offset(self.end_with_parentheses(call.func))
        while table.source[offset] != "(":
            offset = _line_end(table.source, offset) if table.source[offset] == "#" else offset + 1
        return table.location(offset)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The libcst node around `node` inside this expression."""
        return self._parents.get(node)

    def resolve(self, node: cst.BaseExpression) -> str | None:
        """The absolute dotted name of what an expression refers to, read through the file's imports."""
        match self.ast_of(node):
            case ast.Name(id=name, ctx=ast.Load()) as found:
                return self.file.names.resolve_or_star(name, found)
            case ast.Attribute(ctx=ast.Load()) as found:
                return self.file.names.resolve(found)
        return None

    def name_for(self, target: str, node: cst.BaseExpression) -> UsableName | None:
        """How to write the function `target` ("torch.nn.functional.relu") in place of `node`; None where one cannot."""
        found = self.ast_of(node)
        return self.file.imports.name_for(target, found) if found is not None else None

    def forward_call(self, node: cst.Call | cst.Attribute) -> ForwardCall | None:
        """What is known of a `recv.forward(...)` call, or of a `recv.forward` that is handed on."""
        found = self.ast_of(node)
        return self.file.forward_call(found) if isinstance(found, (ast.Call, ast.Attribute)) else None

    def self_around(self, node: cst.BaseExpression) -> str | None:
        """What the nn.Module is called in whose method a node stands; None anywhere else."""
        found = self.ast_of(node)
        return self.file.modules.self_around(found) if found is not None else None

    def in_fstring(self, node: cst.BaseExpression) -> bool:
        """Whether a node is inside an f-string, where a rewrite might bring in the quotes that end it."""
        found = self.ast_of(node)
        return found is not None and any(isinstance(a, ast.JoinedStr) for a in self.file.names.ancestors(found))
