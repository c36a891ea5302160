"""From a file's path to its report: read, look, fix, write. The work of one file, and of many on several processes."""

from __future__ import annotations

import contextlib
import gc
import os
import pathlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .analysis.files import Asked
from .config import Config
from .diagnostics import Edit, Finding, Location
from .engine import examine, fix, parse
from .sources import Source, SourceError, edits_of, read, syntax_error_text, write
from .suppression import Suppression
from .text import LineTable

if TYPE_CHECKING:
    from .analysis.project import Workspace

# How long this process works alone before it takes on others.
_SECONDS_ALONE = 0.4
_BATCH = 8
# Objects made before the cycle collector looks at the youngest, and how often it then looks at the older ones.
_SELDOM = (1_000_000, 50, 100)
Accept = Callable[[str, Finding], bool]


class WorkerError(Exception):
    """The processes or the cluster that should look at files cannot; the text says why."""


class Reported(NamedTuple):
    """A finding of a file, in the coordinates of a notebook's cell if it is one, and the text of its row."""

    path: str
    finding: Finding
    cell: int | None
    row_text: str


class FileReport(NamedTuple):
    """What came of one file: findings, or the error that kept it from being looked at; what a fix did.

    `asked` is what the findings rest on besides the file itself, None where nothing else was looked at.
    """

    path: str
    reported: tuple[Reported, ...] = ()
    error: str | None = None
    applied: int = 0
    diff: bytes = b""
    asked: Asked | None = None


class CheckTask(NamedTuple):
    """Look at files."""

    config: Config

    def __call__(self, path: str, named: bool) -> FileReport:
        """The report of one file; `named` files are parsed even where nothing in them could be found."""
        try:
            source = read(pathlib.Path(path))
        except SourceError as error:
            return FileReport(path, error=str(error))
        return check_source(source, path, self.config, parse_always=named)


class FixTask(NamedTuple):
    """Fix files, or show what that would change.

    `verified` holds, by file, the only places (row, column, code) to fix.
    """

    config: Config
    diff_only: bool = False
    verified: dict[str, frozenset[tuple[int, int, str]]] | None = None

    def __call__(self, path: str, named: bool) -> FileReport:
        """The report of one file: findings are those left."""
        try:
            source = read(pathlib.Path(path))
            report, data = fix_source(source, path, self.config, self.verified, parse_always=named)
            if data is None:
                return report
            if self.diff_only:
                return report._replace(diff=unified_diff(path, pathlib.Path(path).read_bytes(), data))
            write(pathlib.Path(path), data)
        except SourceError as error:
            return FileReport(path, error=str(error))
        return report


def check_source(
    source: Source, path: str, config: Config, *, parse_always: bool, workspace: Workspace | None = None
) -> FileReport:
    """The findings of a source; `path` names it and tells which settings apply.

    `workspace` is where other files are looked up: on disk, unless told.
    """
    file = pathlib.Path(path)
    keep = Suppression(source.text).keeps
    try:
        tree = parse(source.text) if parse_always else None
        seen = examine(source.text, file, config.selection_for(file).includes, tree, keep, workspace)
    except SyntaxError as error:
        return FileReport(path, error=syntax_error_text(error, source))
    return FileReport(path, _reported(seen.findings, source, path), asked=seen.asked)


def fix_source(
    source: Source,
    path: str,
    config: Config,
    verified: dict[str, frozenset[tuple[int, int, str]]] | None,
    *,
    parse_always: bool,
) -> tuple[FileReport, bytes | None]:
    """The report of what is left, and the file's new bytes if anything changes.

    Raises SourceError when the new text has no form in the file's encoding.
    """
    file = pathlib.Path(path)
    suppression = Suppression(source.text)
    places = None if verified is None else verified.get(os.path.realpath(path), frozenset())

    def accept(finding: Finding) -> bool:
        place = (finding.start.row, finding.start.column, finding.code)
        return suppression.keeps(finding) and (places is None or place in places)

    try:
        if parse_always:
            parse(source.text)
        result = fix(source.text, file, config.selection_for(file).includes, unsafe=config.unsafe_fixes, accept=accept)
    except SyntaxError as error:
        return FileReport(path, error=syntax_error_text(error, source)), None
    kept = Suppression(result.source)
    left = tuple(finding for finding in result.remaining if kept.keeps(finding))
    if not result.applied:
        return FileReport(path, _reported(left, source, path)), None
    data = source.patched(edits_of(result.applied))
    fixed = source._replace(text=result.source)
    return FileReport(path, _reported(left, fixed, path), applied=len(result.applied)), data


def _reported(findings: Sequence[Finding], source: Source, path: str) -> tuple[Reported, ...]:
    if not findings:
        return ()
    table = LineTable(source.text)
    return tuple(
        Reported(path, *_placed(finding, source), table.row_text(finding.start.row).rstrip("\r\n"))
        for finding in findings
    )


def _placed(finding: Finding, source: Source) -> tuple[Finding, int | None]:
    """A finding in the coordinates of its file, or of its notebook cell."""
    if source.notebook is None:
        return finding, None

    def move(location: Location) -> Location:
        return source.place(location)[1]

    fix_ = finding.fix and finding.fix._replace(
        edits=tuple(Edit(move(e.start), move(e.end), e.content) for e in finding.fix.edits)
    )
    noqa_row = move(Location(finding.noqa_row, 1)).row
    cell, start = source.place(finding.start)
    return finding._replace(start=start, end=move(finding.end), fix=fix_, noqa_row=noqa_row), cell


def unified_diff(path: str, old: bytes, new: bytes) -> bytes:
    """The change of a file as `patch -p0` and `git apply -p0` read it."""
    import difflib

    name = path.encode("utf-8", "surrogateescape")
    rows = difflib.diff_bytes(difflib.unified_diff, _rows(old), _rows(new), name, name, lineterm=b"\n")
    return b"".join(row if row.endswith(b"\n") else row + b"\n\\ No newline at end of file\n" for row in rows)


def _rows(data: bytes) -> list[bytes]:
    # Only a line feed ends a row of a patch; bytes.splitlines would also split at a lone carriage return.
    *rows, last = data.split(b"\n")
    return [row + b"\n" for row in rows] + ([last] if last else [])


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the cycle collector run seldom: syntax trees are millions of objects without a cycle among them."""
    threshold = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        # With the old threshold the collector would at once go through all that is young.
        gc.freeze()
        gc.set_threshold(*threshold)


def run(task: CheckTask | FixTask, files: Sequence[tuple[str, bool]], jobs: int | None = None) -> Iterator[FileReport]:
    """The reports of all files, in order; on `jobs` processes (default: one a core) where that is worth it.

    Whether it is shows by doing: the files are looked at here until some time has passed. Processes started then begin
    with all that has been read so far.

    Raises WorkerError when a process dies.
    """
    _forget_files()
    jobs = jobs or _cores()
    began = time.monotonic()
    with _rare_collections():
        for done, (path, named) in enumerate(files):
            if jobs > 1 and time.monotonic() - began > _SECONDS_ALONE and len(files) - done > _BATCH:
                yield from _on_processes(task, files[done:], jobs)
                return
            yield task(path, named)


def _forget_files() -> None:
    """Read other files anew: they may have changed since an earlier run in this process."""
    loaded = sys.modules.get(f"{__package__}.analysis.project")
    if loaded is not None:
        loaded.disk.cache_clear()


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _on_processes(task: CheckTask | FixTask, files: Sequence[tuple[str, bool]], jobs: int) -> Iterator[FileReport]:
    import multiprocessing
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    others = set(multiprocessing.active_children())
    # A forked process has everything that this one has imported and read.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    executor = ProcessPoolExecutor(min(jobs, len(batches)), mp_context=context, initializer=_start_worker)
    try:
        with _interrupts_held():
            results = executor.map(_run_batch, [task] * len(batches), batches)
        for reports in results:
            yield from reports
    except BrokenProcessPool as error:
        raise WorkerError("a process of --jobs died; --jobs 1 does without") from error
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C wait: a process that is being started, and any thread but the first, must never get to see it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker() -> None:
    """Prepare a process of the pool."""
    # Ctrl-C reaches every process of the terminal; the first one alone answers it, and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*_SELDOM)


def _run_batch(task: CheckTask | FixTask, batch: Sequence[tuple[str, bool]]) -> list[FileReport]:
    return [task(path, named) for path, named in batch]
