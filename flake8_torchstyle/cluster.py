"""`--cluster`: files are looked at by the workers of a Dask scheduler.

Workers need nothing but this package: no file system is shared. A batch carries its sources; what the analysis asks
about other files is answered from texts that came along. Which those are cannot be known before the analysis has run,
and a whole project is too much to send with every batch. So a worker that meets a question without an answer notes it
and says so at the end; the files that asked it come back with the answers added, as often as it takes, and a report
counts only when it rests on nothing that is missing. What a worker says then is what this machine would have said. A
folder that has to be searched whole comes packed, and a worker unpacks it once.

Files whose text rules a finding out never leave this machine: looking is cheaper than sending. Dask runs a batch again
elsewhere when its worker dies; what the cluster gives up on is done here.
"""

from __future__ import annotations

import functools
import pathlib
import pickle
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from . import __version__
from .analysis.files import Asked, Disk
from .analysis.snapshot import Snapshot
from .config import Config
from .runner import CheckTask, FileReport, WorkerError, check_source
from .screening import places
from .sources import SourceError, decode, read

if TYPE_CHECKING:
    from .analysis.project import Workspace

_BATCH = 8
_SECONDS_TO_CONNECT = 10
File = tuple[str, bool]
Tree = dict[pathlib.Path, bytes]
_Answer = tuple[list[FileReport | None], Asked]


@dataclass(slots=True)
class Batch:
    """Some files and the answers known so far. `trees` are packed, each with its root."""

    config: Config
    files: list[tuple[pathlib.Path, bool, bytes]]
    packages: tuple[pathlib.Path, ...]
    made_by: tuple[str, int, int] = (__version__, *sys.version_info[:2])
    texts: dict[pathlib.Path, bytes | None] = field(default_factory=dict)
    folders: set[pathlib.Path] = field(default_factory=set)
    trees: dict[pathlib.Path, bytes] = field(default_factory=dict)


def look_at(batch: Batch) -> _Answer:
    """What a worker does: a report of each file that found all its answers, and the questions that had none.

    Raises WorkerError when the worker's linter or Python is another one.
    """
    own = (__version__, *sys.version_info[:2])
    if own != batch.made_by:
        raise WorkerError(f"a worker has torchstyle and Python {own}, this machine {batch.made_by}")
    from .analysis.project import Workspace

    trees = {root: _unpacked(packed) for root, packed in batch.trees.items()}
    texts: dict[pathlib.Path, bytes | None] = {path: text for tree in trees.values() for path, text in tree.items()}
    snapshot = Snapshot(
        texts | batch.texts, batch.folders, {root: list(tree) for root, tree in trees.items()}, batch.packages
    )
    workspace = Workspace(snapshot)
    reports = [_look_at(path, named, data, batch.config, workspace) for path, named, data in batch.files]
    missing = snapshot.missing
    return [None if _rests_on(report.asked, missing) else report for report in reports], missing


def _rests_on(asked: Asked | None, missing: Asked) -> bool:
    """Whether a question without an answer is among those asked."""
    if asked is None:
        return False
    paths = missing.read | missing.found.keys()
    return not (
        paths.isdisjoint(asked.read) and paths.isdisjoint(asked.found) and missing.trees.isdisjoint(asked.trees)
    )


def _look_at(path: pathlib.Path, named: bool, data: bytes, config: Config, workspace: Workspace) -> FileReport:
    try:
        source = decode(data, path.suffix)
    except SourceError as error:
        return FileReport(str(path), error=str(error))
    return check_source(source, str(path), config, parse_always=named, workspace=workspace)


def _packed(tree: Tree) -> bytes:
    return zlib.compress(pickle.dumps(tree), 3)


@functools.lru_cache(maxsize=4)
def _unpacked(packed: bytes) -> Tree:
    tree: Tree = pickle.loads(zlib.decompress(packed))
    return tree


def run_on_cluster(
    task: CheckTask, files: Sequence[File], address: str, note: Callable[[str], None]
) -> Iterator[FileReport]:
    """The reports of all files, in order. `note` is told what goes wrong without an effect on the result.

    Raises WorkerError when there is no such cluster, or its workers cannot do the work.
    """
    sent = [file for file in files if _worth_sending(file)]
    batches = [sent[start : start + _BATCH] for start in range(0, len(sent), _BATCH)]
    with _executor(address) as executor:
        done = _Work(task, executor, note).reports(batches)
        known: dict[str, FileReport] = {}
        left = set(sent)
        for file in files:
            if file not in left:
                yield task(*file)
                continue
            while file[0] not in known:
                report = next(done)
                known[report.path] = report
            yield known.pop(file[0])


def _worth_sending(file: File) -> bool:
    path, _ = file
    try:
        return bool(places(read(pathlib.Path(path)).text))
    except SourceError:
        return False


@contextmanager
def _executor(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError as error:
        raise WorkerError("--cluster needs dask.distributed: pip install 'flake8-torchstyle[cluster]'") from error
    try:
        client = Client(address, timeout=_SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise WorkerError(f"no Dask scheduler at {address}: {error}") from error
    with client:
        yield client.get_executor()


class _Work:
    """The batches under way."""

    def __init__(self, task: CheckTask, executor: Executor, note: Callable[[str], None]) -> None:
        self._task = task
        self._executor = executor
        self._note = note
        self._disk = Disk()
        self._trees: dict[pathlib.Path, bytes] = {}

    def reports(self, batches: Sequence[Sequence[File]]) -> Iterator[FileReport]:
        """The reports of all files, each once, as they come."""
        pending: dict[Future[_Answer], tuple[Sequence[File], Batch]] = {}
        for files in batches:
            batch = self._batch(files)
            pending[self._executor.submit(look_at, batch)] = files, batch
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                files, batch = pending.pop(future)
                answer = self._result(future)
                if answer is None:
                    yield from (self._task(path, named) for path, named in files)
                    continue
                reports, missing = answer
                yield from (_renamed(report, path) for report, (path, _) in zip(reports, files, strict=True) if report)
                left = [index for index, report in enumerate(reports) if report is None]
                if left:
                    again = self._answered(batch, left, missing)
                    pending[self._executor.submit(look_at, again)] = [files[index] for index in left], again

    def _batch(self, files: Sequence[File]) -> Batch:
        sources = [(pathlib.Path(path).absolute(), named, pathlib.Path(path).read_bytes()) for path, named in files]
        return Batch(self._task.config, sources, self._disk.installed())

    def _result(self, future: Future[_Answer]) -> _Answer | None:
        """What a worker found; None where the cluster gave up on it.

        Raises WorkerError when the work itself is what fails.
        """
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        try:
            return future.result()
        except (KilledWorker, CancelledError, OSError) as error:
            self._note(f"the cluster gave up on some files, they were looked at here ({type(error).__name__})")
            return None
        except WorkerError:
            raise
        except Exception as error:
            reason = error.__cause__ or error
            needed = f"its scheduler and workers need flake8-torchstyle {__version__}"
            raise WorkerError(f"the cluster cannot look at files ({needed}): {reason}") from error

    def _answered(self, batch: Batch, left: Sequence[int], missing: Asked) -> Batch:
        """The files of a batch that are left, with the answers that they lacked."""
        again = replace(batch, files=[batch.files[index] for index in left])
        for path in (*missing.read, *missing.found):
            again.texts[path] = self._disk.read(path)
            if again.texts[path] is None and self._disk.exists(path):
                again.folders.add(path)
        for root in missing.trees:
            again.trees[root] = self._tree(root)
        return again

    def _tree(self, root: pathlib.Path) -> bytes:
        if root not in self._trees:
            texts = {path: self._disk.read(path) for path in self._disk.sources(root)}
            self._trees[root] = _packed({path: text for path, text in texts.items() if text is not None})
        return self._trees[root]


def _renamed(report: FileReport, path: str) -> FileReport:
    """A report of a file under the name that it has here."""
    return report._replace(path=path, reported=tuple(item._replace(path=path) for item in report.reported))
