"""`lint` and `fix`: source text in, findings or new text out. No files, no printing, no state.

A file goes through three gates, each dearer than the one before: its text (`screening`), its `ast` with resolved names,
and a libcst visitor on just the expressions that hold a candidate.
"""

from __future__ import annotations

import ast
import bisect
import pathlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .analysis.files import Asked
from .diagnostics import Applicability, Edit, Finding, Fix, Location, Report, Rule
from .screening import candidates, places
from .text import apply_edits

if TYPE_CHECKING:
    from .analysis.names import FileNames
    from .analysis.project import Workspace
    from .context import Context, FileContext

Keep = Callable[[Finding], bool]
_RANK = {Applicability.SAFE: 0, Applicability.UNSAFE: 1, Applicability.DISPLAY: 2}


class FixResult(NamedTuple):
    """What `fix` did: the new text, the findings it repaired (places in the old text) and those left in the new."""

    source: str
    applied: tuple[Finding, ...]
    remaining: tuple[Finding, ...]


class _Draft(NamedTuple):
    """A finding whose fix does not hold its import edits yet, with what those need."""

    finding: Finding
    anchor: ast.stmt | None
    replaced: tuple[ast.Name, ...]


def parse(source: str) -> ast.Module:
    """Parse a file.

    Raises SyntaxError for everything Python cannot parse, null bytes and nesting beyond the parser's limit included.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "too deeply nested") from error


class Examination(NamedTuple):
    """The findings of one file, sorted by place and code.

    `asked` is what they rest on besides the file itself, None where nothing else was looked at.
    """

    findings: tuple[Finding, ...] = ()
    asked: Asked | None = None


def lint(
    source: str,
    path: pathlib.Path | None,
    selected: Callable[[str], bool],
    tree: ast.Module | None = None,
    keep: Keep | None = None,
) -> tuple[Finding, ...]:
    """The findings of one file, as `examine` gives them."""
    return examine(source, path, selected, tree, keep).findings


def examine(
    source: str,
    path: pathlib.Path | None,
    selected: Callable[[str], bool],
    tree: ast.Module | None = None,
    keep: Keep | None = None,
    workspace: Workspace | None = None,
) -> Examination:
    """The findings of one file and what they rest on.

    `selected` tells which codes are wanted, `keep` drops findings (`# noqa`), `tree` spares the parse where the caller
    has one. An import edit that several fixes need rides on the first of them: applying the edits of all safe fixes
    last to first gives what `fix` writes. `workspace` is where other files are looked up: on disk, unless told.

    Raises SyntaxError when a file that could hold a finding does not parse, or nests too deeply to be looked at.
    """
    file, drafts = _drafts(source, path, selected, tree, keep, workspace)
    if file is None:
        return Examination()
    return Examination(_settle(file, drafts, {Applicability.SAFE}), file.asked)


def fix(
    source: str,
    path: pathlib.Path | None,
    selected: Callable[[str], bool],
    *,
    unsafe: bool = False,
    accept: Keep | None = None,
) -> FixResult:
    """Apply the fixes of one file: the safe ones, with `unsafe` those too, of the findings that `accept` takes.

    The result parses, or it is the text that came in. `remaining` is a fresh `lint` of the result.

    Raises SyntaxError when the source does not parse.
    """
    levels = {Applicability.SAFE, Applicability.UNSAFE} if unsafe else {Applicability.SAFE}
    file, drafts = _drafts(source, path, selected, None, accept)
    findings = _settle(file, drafts, levels) if file is not None else ()
    applied = tuple(f for f in findings if f.fix is not None and f.fix.applicability in levels)
    if not applied:
        return FixResult(source, (), lint(source, path, selected))
    fixed = apply_edits(source, (edit for f in applied if f.fix for edit in f.fix.edits))
    try:
        parse(fixed)
    except SyntaxError:
        return FixResult(source, (), lint(source, path, selected))
    return FixResult(fixed, applied, lint(fixed, path, selected))


def _drafts(
    source: str,
    path: pathlib.Path | None,
    selected: Callable[[str], bool],
    tree: ast.Module | None,
    keep: Keep | None,
    workspace: Workspace | None = None,
) -> tuple[FileContext | None, list[_Draft]]:
    found = places(source)
    if not found:
        return None, []
    names = _names(source, path, tree, workspace)
    regions = _regions(names, candidates(names, source, found))
    if not regions:
        return None, []
    # From here on the file holds a candidate and libcst is worth its import.
    import libcst as cst

    from .context import Context, FileContext
    from .rules import all_rules

    file = FileContext(source, path, names, workspace)
    rules = [rule for rule in all_rules() if selected(rule.code)]
    try:
        drafts = [draft for region, inside in regions.items() for draft in _check(Context(file, region, inside), rules)]
    except (RecursionError, cst.ParserSyntaxError) as error:
        raise SyntaxError("an expression that is too deeply nested or that libcst cannot parse") from error
    drafts = [draft for draft in drafts if keep is None or keep(draft.finding)]
    return file, sorted(drafts, key=lambda draft: draft.finding.sort_key)


def _names(source: str, path: pathlib.Path | None, tree: ast.Module | None, workspace: Workspace | None) -> FileNames:
    """The names of a file; one that another file led to before is not parsed again."""
    from .analysis.names import FileNames
    from .analysis.project import disk

    known = (workspace or disk()).store.known(path.absolute(), source) if path is not None else None
    return known or FileNames(tree or parse(source), source)


def _regions(names: FileNames, nodes: Iterable[ast.expr]) -> dict[ast.expr, set[ast.expr]]:
    """The outermost expressions around some nodes, each with the nodes inside it."""
    regions: dict[ast.expr, set[ast.expr]] = {}
    for node in nodes:
        outermost = node
        for ancestor in names.ancestors(node):
            if isinstance(ancestor, ast.expr):
                outermost = ancestor
            elif not isinstance(ancestor, (ast.keyword, ast.comprehension, ast.arguments, ast.arg)):
                break
        regions.setdefault(outermost, set()).add(node)
    return regions


def _check(context: Context, rules: Iterable[Rule]) -> Iterator[_Draft]:
    """Let each rule see the candidates of an expression that are of the kind it asks for."""
    for node in context.candidates:
        for rule in rules:
            if isinstance(node, rule.on):
                for report in rule.check(node, context):
                    yield _draft(rule, report, context)


def _draft(rule: Rule, report: Report, context: Context) -> _Draft:
    start, end = context.span(report.at)
    level = max(rule.applicability, report.applicability or rule.applicability, key=_RANK.__getitem__)
    fix = Fix(level, report.fix_message, _sorted(report.edits)) if report.edits else None
    finding = Finding(
        code=rule.code,
        name=rule.name,
        message=report.message,
        start=start,
        end=end,
        fix=fix,
        noqa_row=_noqa_row(context, start),
    )
    if report.name is None:
        return _Draft(finding, None, ())
    return _Draft(finding, report.name.anchor, context.names_replaced(report.edits))


def _noqa_row(context: Context, start: Location) -> int:
    """The row that takes a `# noqa` comment: the finding's own, or the region's last where a backslash ends that."""
    if context.file.table.row_text(start.row).rstrip("\r\n").endswith("\\"):
        return context.span(context.root)[1].row
    return start.row


def _settle(file: FileContext, drafts: list[_Draft], levels: set[Applicability]) -> tuple[Finding, ...]:
    """Complete the fixes: of two that overlap the wider stays, the first that needs imports gets their edits."""
    taken = _Spans()
    chosen: list[int] = []
    findings = [draft.finding for draft in drafts]
    wanted = {i: f.fix for i, f in enumerate(findings) if f.fix is not None and f.fix.applicability in levels}
    for index in sorted(wanted, key=lambda index: _extent(file, wanted[index].edits), reverse=True):
        if taken.add(wanted[index].edits):
            chosen.append(index)
        else:
            findings[index] = findings[index]._replace(fix=None)
    chosen.sort()
    imported = [index for index in chosen if drafts[index].anchor or drafts[index].replaced]
    if imported:
        anchors = [anchor for index in imported if (anchor := drafts[index].anchor)]
        replaced = [name for index in imported for name in drafts[index].replaced]
        extra = tuple(file.imports.edits(anchors, replaced))
        findings[imported[0]] = _with_edits(findings[imported[0]], extra)
    offered = [index for index, draft in enumerate(drafts) if draft.anchor and index not in set(chosen)]
    if offered and not any(drafts[index].anchor for index in chosen):
        # A fix that is not applied by default still has to bring the name it writes.
        extra = tuple(file.imports.edits([anchor for index in offered if (anchor := drafts[index].anchor)], []))
        findings[offered[0]] = _with_edits(findings[offered[0]], extra)
    return tuple(findings)


def _extent(file: FileContext, edits: tuple[Edit, ...]) -> int:
    """How many characters lie between the first and the last change: the rewrite of a call is wider than its parts'."""
    return file.table.offset(max(edit.end for edit in edits)) - file.table.offset(min(edit.start for edit in edits))


def _with_edits(finding: Finding, extra: tuple[Edit, ...]) -> Finding:
    if finding.fix is None:
        return finding
    return finding._replace(fix=finding.fix._replace(edits=_sorted((*extra, *finding.fix.edits))))


def _sorted(edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    return tuple(sorted(edits, key=lambda edit: (edit.start, edit.end)))


class _Spans:
    """The places already edited."""

    def __init__(self) -> None:
        self._sorted: list[tuple[Location, Location]] = []

    def add(self, edits: tuple[Edit, ...]) -> bool:
        """Take all of `edits`, or none and return False when one overlaps what was taken before."""
        spans = [(edit.start, edit.end) for edit in edits]
        if any(self._overlaps(*span) for span in spans):
            return False
        for span in spans:
            bisect.insort(self._sorted, span)
        return True

    def _overlaps(self, start: Location, end: Location) -> bool:
        index = bisect.bisect_left(self._sorted, (start, end))
        before = index > 0 and self._sorted[index - 1][1] > start
        after = index < len(self._sorted) and (self._sorted[index][0] < end or self._sorted[index] == (start, end))
        return before or after
