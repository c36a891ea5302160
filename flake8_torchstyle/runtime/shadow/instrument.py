"""Put both spellings of each rewrite into a module's syntax tree, as `ast` to `ast`.

    y = torch.dropout(f(x), 0.5, train=self.training)

becomes, with the operands of the old spelling evaluated where they stood, once and in order,

    y = __torchstyle_shadow__(
        "net.py:7:11:TS201",
        lambda _0, _1, _2: _0.dropout(_1, 0.5, train=_2),
        lambda _0, _1, _2, F: F.dropout(_1, 0.5, training=_2),
        (lambda: F,),
        torch, f(x), self.training,
    )

The lambdas use nothing but their parameters, so no variable of the user's becomes a cell. A name that only the new
spelling has comes as a function that reads it, or as the dotted name of the module that the fix would import; the new
spelling may fail without harm to the program. Every node keeps the position of the expression it stands for.
"""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...diagnostics import Edit, Location
from ...text import LineTable, apply_edits

HELPER = "__torchstyle_shadow__"
_HELPER_MODULE = "flake8_torchstyle.runtime.shadow.entry"
_DESCENDED = (ast.Attribute, ast.Call, ast.UnaryOp, ast.Tuple, ast.List, ast.Starred)


class NotShadowedError(Exception):
    """Why a site cannot be run in both spellings."""


@dataclass(frozen=True, slots=True)
class Site:
    """A pending rewrite: what names it in the report, where its finding stands, and the edits of its fix."""

    key: str
    start: Location
    end: Location
    edits: tuple[Edit, ...]

    def as_json(self) -> dict[str, Any]:
        """The site as plain values."""
        edits = [[*_numbers(edit.start), *_numbers(edit.end), edit.content] for edit in self.edits]
        return {"key": self.key, "start": _numbers(self.start), "end": _numbers(self.end), "edits": edits}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Site:
        """The site that `as_json` wrote."""
        edits = tuple(Edit(Location(*edit[:2]), Location(*edit[2:4]), edit[4]) for edit in value["edits"])
        return cls(value["key"], Location(*value["start"]), Location(*value["end"]), edits)


def _numbers(place: Location) -> list[int]:
    return [place.row, place.column]


@dataclass(frozen=True, slots=True)
class Instrumented:
    """The tree to compile, and the sites that are not in it, each with the reason."""

    tree: ast.Module
    refused: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two spellings of a site: the operands of the old one in order of evaluation, and what the new one adds."""

    key: str
    operands: tuple[ast.expr, ...]
    old: ast.expr
    new: ast.expr
    added: tuple[str, ...]


def instrument(source: str, sites: Sequence[Site], imports: Mapping[str, str]) -> Instrumented:
    """The module with every site in both spellings; `imports` maps names that the fixes import to dotted names.

    Raises SyntaxError when the source does not parse.
    """
    tree = ast.parse(source)
    finder = _Finder(tree, LineTable(source))
    pairs: dict[ast.expr, _Pair] = {}
    refused: dict[str, str] = {}
    for site in sites:
        try:
            expression, edits = finder.expression_of(site)
            if expression in pairs:
                raise NotShadowedError("another rewrite changes the same call")
            pairs[expression] = _pair(site.key, expression, finder.rewritten(expression, edits))
        except NotShadowedError as reason:
            refused[site.key] = str(reason)
    placer = _Placer(pairs, imports)
    placer.visit(tree)
    missing = {pair.key for pair in pairs.values()} - placer.placed
    refused |= dict.fromkeys(missing, "it lies inside another rewrite")
    if placer.placed:
        _import_helper(tree)
    return Instrumented(tree, refused)


class _Finder:
    """Finds the expressions that sites rewrite."""

    def __init__(self, tree: ast.Module, table: LineTable) -> None:
        self._table = table
        self._parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        self._by_row: dict[int, list[ast.expr]] = defaultdict(list)
        for node in self._parents:
            if isinstance(node, ast.expr):
                self._by_row[node.lineno].append(node)

    def span(self, node: ast.expr) -> tuple[Location, Location]:
        """Where an expression stands."""
        return (
            self._table.from_ast(node.lineno, node.col_offset),
            self._table.from_ast(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def expression_of(self, site: Site) -> tuple[ast.expr, list[Edit]]:
        """The call that a site rewrites, and the edits inside it; the others are the fix's imports.

        Raises NotShadowedError where the rewrite is not one of a call.
        """
        around = [node for node in self._around(site) if self._covers(node, site.start, site.end)]
        if not around:
            raise NotShadowedError("its expression was not found")
        # What is inserted right before the whole expression is an import on the row above.
        outermost = around[-1]
        edits = [e for e in site.edits if self._covers(outermost, e.start, e.end) and e.end > self.span(outermost)[0]]
        found = next(node for node in around if all(self._covers(node, edit.start, edit.end) for edit in edits))
        parent = self._parents.get(found)
        called = isinstance(parent, ast.Call) and parent.func is found
        replaced = any((edit.start, edit.end) == self.span(found) for edit in edits)
        if isinstance(found, (ast.Name, ast.Attribute)) and not called and not replaced:
            raise NotShadowedError("a reference, not a call: the calls made through it are not seen")
        # What is called gives way to something else to call: the two are compared by what their calls give.
        if isinstance(parent, ast.Call) and called and (replaced or not isinstance(found, ast.Call)):
            return parent, edits
        return found, edits

    def _around(self, site: Site) -> list[ast.expr]:
        """The expressions around a finding, inner before outer."""
        rows = range(site.start.row, 0, -1)
        inner = next((n for row in rows for n in reversed(self._by_row[row]) if self._ends(n, site)), None)
        found: list[ast.expr] = []
        node: ast.AST | None = inner
        while isinstance(node, (ast.expr, ast.keyword, ast.comprehension, ast.arguments)):
            if isinstance(node, ast.expr):
                found.append(node)
            node = self._parents.get(node)
        return found

    def _ends(self, node: ast.expr, site: Site) -> bool:
        """Whether a name or an attribute ends where the finding does, which points at the wrong name."""
        return isinstance(node, (ast.Name, ast.Attribute)) and self.span(node)[1] == site.end

    def _covers(self, node: ast.expr, start: Location, end: Location) -> bool:
        first, last = self.span(node)
        return first <= start and end <= last

    def rewritten(self, expression: ast.expr, edits: Sequence[Edit]) -> ast.expr:
        """The expression in the new spelling."""
        start, end = (self._table.offset(place) for place in self.span(expression))
        piece = LineTable(self._table.source[start:end])

        def moved(place: Location) -> Location:
            return piece.location(self._table.offset(place) - start)

        text = apply_edits(piece.source, [Edit(moved(e.start), moved(e.end), e.content) for e in edits])
        try:
            new = ast.parse(f"({text}\n)", mode="eval").body
        except SyntaxError as error:
            raise NotShadowedError(f"its rewrite does not parse: {error.msg}") from error
        return _placed_at(expression, new)


def _placed_at(place: ast.expr, new: ast.expr) -> ast.expr:
    for node in ast.walk(new):
        ast.copy_location(node, place)
    return new


def _pair(key: str, old: ast.expr, new: ast.expr) -> _Pair:
    """Split the old spelling into operands and what is done with them, and express the new one by the same operands."""
    shared = {ast.dump(node) for node in ast.walk(new) if isinstance(node, ast.expr)}
    operands = tuple(_operands(old, shared))
    names: dict[str, list[str]] = defaultdict(list)
    for index, operand in enumerate(operands):
        names[ast.dump(operand)].append(f"_{index}")
    taken = {id(operand): f"_{index}" for index, operand in enumerate(operands)}
    before = _Substitution(lambda node: taken.get(id(node)), [])
    added: list[str] = []
    after = _Substitution(lambda node: _next(names.get(ast.dump(node))), added)
    return _Pair(key, operands, before.apply(old), after.apply(new), tuple(added))


def _next(names: list[str] | None) -> str | None:
    """The operand for an expression: equal ones are used up in order, the last of them as often as needed."""
    if not names:
        return None
    return names.pop(0) if len(names) > 1 else names[0]


def _operands(node: ast.expr, shared: set[str]) -> Iterator[ast.expr]:
    """The parts of the old spelling to evaluate beforehand, in order: what the new one has too, and all with effects.

    The function that the old spelling calls stays together with its call unless the new spelling has it as well.
    """
    if isinstance(node, ast.Constant):
        return
    whole = ast.dump(node) in shared and not isinstance(node, ast.Starred)
    if whole or not isinstance(node, _DESCENDED):
        yield node
        return
    for child in _children(node):
        yield from _operands(child, shared)


def _children(node: ast.expr) -> list[ast.expr]:
    """The expressions inside one, in order of evaluation."""
    found = [child.value if isinstance(child, ast.keyword) else child for child in ast.iter_child_nodes(node)]
    return [child for child in found if isinstance(child, ast.expr)]


class _Substitution:
    """Rebuilds an expression with parameters in the place of operands; collects the names that are left."""

    def __init__(self, parameter_of: object, added: list[str]) -> None:
        self._parameter_of = parameter_of
        self._added = added

    def apply(self, node: ast.expr) -> ast.expr:
        """The expression over parameters.

        Raises NotShadowedError where it would evaluate more than names, constants and operands.
        """
        name = self._parameter_of(node)  # type: ignore[operator]
        if name is not None:
            return ast.copy_location(ast.Name(name, ast.Load()), node)
        if isinstance(node, ast.Constant):
            return node
        if isinstance(node, ast.Name):
            if node.id not in self._added:
                self._added.append(node.id)
            return node
        if not isinstance(node, _DESCENDED):
            raise NotShadowedError(f"its rewrite evaluates something new: {ast.unparse(node)}")
        rebuilt = copy.copy(node)
        for field, value in ast.iter_fields(node):
            setattr(rebuilt, field, self._field(value))
        return rebuilt

    def _field(self, value: object) -> object:
        if isinstance(value, list):
            return [self._field(item) for item in value]
        if isinstance(value, ast.keyword):
            return ast.copy_location(ast.keyword(value.arg, self.apply(value.value)), value)
        return self.apply(value) if isinstance(value, ast.expr) else value


class _ShadowCall(ast.Call):
    """A call of the helper. pytest, which goes by class names, then shows its value and not the helper's arguments."""


class _Placer(ast.NodeTransformer):
    """Replaces the expressions of sites by calls of the helper, inner ones inside the operands of outer ones."""

    def __init__(self, pairs: Mapping[ast.expr, _Pair], imports: Mapping[str, str]) -> None:
        self._pairs = pairs
        self._imports = imports
        self.placed: set[str] = set()

    def visit(self, node: ast.AST) -> ast.AST:
        """The node, or the helper's call in its place."""
        pair = self._pairs.get(node) if isinstance(node, ast.expr) else None
        if pair is None:
            return super().generic_visit(node)
        self.placed.add(pair.key)
        call = self._call(pair, [self.visit(operand) for operand in _unpacked(node, pair.operands)])
        for made in ast.walk(call):
            if isinstance(made, (ast.expr, ast.arg, ast.keyword)) and not hasattr(made, "lineno"):
                ast.copy_location(made, node)
        return call

    def _call(self, pair: _Pair, operands: list[ast.AST]) -> ast.Call:
        parameters = [f"_{index}" for index in range(len(operands))]
        old, new = _lambda(parameters, pair.old), _lambda([*parameters, *pair.added], pair.new)
        added = ast.Tuple([self._added(name) for name in pair.added], ast.Load())
        arguments = [ast.Constant(pair.key), old, new, added, *operands]
        return _ShadowCall(ast.Name(HELPER, ast.Load()), arguments, [])  # type: ignore[arg-type]

    def _added(self, name: str) -> ast.expr:
        if name in self._imports:
            return ast.Constant(self._imports[name])
        return _lambda([], ast.Name(name, ast.Load()))


def _unpacked(node: ast.AST, operands: Sequence[ast.expr]) -> list[ast.expr]:
    """The operands, those that a call unpacks made into a list or dict: an iterator would be empty the second time."""
    starred = {n.value for n in ast.walk(node) if isinstance(n, ast.Starred)}
    double = {n.value for n in ast.walk(node) if isinstance(n, ast.keyword) and n.arg is None}
    return [
        ast.List([ast.Starred(operand, ast.Load())], ast.Load())
        if operand in starred
        else ast.Dict([None], [operand])
        if operand in double
        else operand
        for operand in operands
    ]


def _lambda(parameters: Sequence[str], body: ast.expr) -> ast.Lambda:
    arguments = ast.arguments([], [ast.arg(name) for name in parameters], None, [], [], None, [])
    return ast.Lambda(arguments, body)


def _import_helper(tree: ast.Module) -> None:
    """Import the helper behind the docstring and the `__future__` imports, which have to come first."""
    index = int(ast.get_docstring(tree, clean=False) is not None)
    while index < len(tree.body) and _is_future(tree.body[index]):
        index += 1
    statement = ast.ImportFrom(_HELPER_MODULE, [ast.alias("shadow", HELPER)], 0)
    place = tree.body[min(index, len(tree.body) - 1)]
    for node in ast.walk(statement):
        ast.copy_location(node, place)
    tree.body.insert(index, statement)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
