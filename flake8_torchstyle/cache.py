"""Results of earlier runs, kept as long as everything they rest on is as it was.

A result holds for a file's content, the options, this version of the linter and of Python, and the answers that the
analysis got about other files: the content of those it read, whether there was a file at the paths it tried, and all
sources of a project where it searched them. Content is compared by digest; where size and time stamps are
those of the last run, and were old enough then to be told from a later change, the file is not read again.

The cache is one JSON file for each set of options. Nothing in it is ever executed, and one that does not look right is
ignored: a cloned repository may bring any file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import __version__
from .analysis.files import Asked
from .config import Config
from .diagnostics import Applicability, Edit, Finding, Fix, Location
from .runner import FileReport, Reported

TAG = "CACHEDIR.TAG"
_TAG_TEXT = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by torchstyle. See https://bford.info/cachedir/\n"
_FORMAT = 1
# Time stamps may be as coarse as a tick of the kernel: a younger file could change again without a trace.
_SETTLED_NS = 50_000_000
# The parts of a record: size, modification time, change time, digest of the content.
_Record = list[Any]


class Cache:
    """The results for one set of options. `notes` tells the user what is wrong with the cache, if anything."""

    def __init__(self, folder: pathlib.Path, config: Config) -> None:
        self.notes: list[str] = []
        self._folder = folder
        self._file = folder / f"{_key(config)}.json"
        self._root = f"{config.root.absolute()}{os.sep}"
        self._began = time.time_ns()
        self._records: dict[str, _Record] = {}
        self._results: dict[str, list[Any]] = {}
        self._current: dict[str, _Record | None] = {}
        self._trees: dict[str, str] = {}
        self._changed = False
        self._load()

    def find(self, path: str, named: bool) -> FileReport | None:
        """The report of a file, if it still holds. A `named` file must have been parsed."""
        name = self._name(os.path.abspath(path))
        entry = self._results.get(name)
        if entry is None or entry[0] is None or entry[0] != self._digest(name) or (named and not entry[1]):
            return None
        if len(entry) == 2:
            return FileReport(path)
        try:
            return self._held(path, entry)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            self._damaged()
            return None

    def _held(self, path: str, entry: list[Any]) -> FileReport | None:
        _, _, read, found, trees, reported = entry
        if (
            all(self._exists(other) is there for other, there in found)
            and all(self._digest(other) == digest for other, digest in read)
            and all(self._tree(root) == digest for root, digest in trees)
        ):
            return FileReport(path, tuple(_from_json(path, item) for item in reported))
        return None

    def put(self, named: bool, report: FileReport) -> None:
        """Keep a report, unless something it rests on changed while this run looked at it."""
        name = self._name(os.path.abspath(report.path))
        digest = self._digest(name)
        if report.error is not None or digest is None:
            return
        asked = report.asked or Asked()
        read = [(other, self._digest(other)) for other in sorted(self._name(str(p)) for p in asked.read)]
        trees = [(root, self._tree(root)) for root in sorted(self._name(str(p)) for p in asked.trees)]
        if any(self._is_young(other) for other in (name, *(other for other, _ in read))):
            return
        found = [(self._name(str(p)), there) for p, there in sorted(asked.found.items())]
        entry: list[Any] = [digest, named]
        if report.reported or read or found or trees:
            entry += [read, found, trees, [_to_json(item) for item in report.reported]]
        self._results[name] = entry
        self._changed = True

    def save(self) -> None:
        """Write the cache in one step; a run at the same time may win, which loses nothing but its own results."""
        if not self._changed:
            return
        results = {n: e for n, e in self._results.items() if self._current.get(n) or self._exists(n)}
        self._records.update((name, record) for name, record in self._current.items() if record)
        used = set(results)
        used.update(other for entry in results.values() if len(entry) > 2 for other, _ in entry[2])
        used.update(name for root in self._trees for name in self._sources(root))
        records = {name: record for name, record in self._records.items() if name in used}
        text = json.dumps({"format": _FORMAT, "records": records, "results": results}, separators=(",", ":"))
        try:
            make_folder(self._folder)
            _write(self._file, text)
        except OSError as error:
            self.notes.append(f"the cache {self._folder} cannot be written: {error.strerror or error}")

    def _load(self) -> None:
        try:
            data = json.loads(self._file.read_bytes())
            if data["format"] != _FORMAT:
                raise ValueError("another format")
            self._records, self._results = _checked(data["records"], 4), _checked(data["results"], 2, 6)
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            self._damaged((error.strerror if isinstance(error, OSError) else None) or "it is damaged")

    def _damaged(self, reason: str = "it is damaged") -> None:
        note = f"the cache {self._file} is ignored: {reason}"
        if note not in self.notes:
            self.notes.append(note)
        self._changed = True

    def _name(self, path: str) -> str:
        """A path as the cache spells it, so that a project can be moved with its cache."""
        return path[len(self._root) :] if path.startswith(self._root) else path

    def _path(self, name: str) -> str:
        return name if os.path.isabs(name) else self._root + name

    def _exists(self, name: str) -> bool:
        return os.path.exists(self._path(name))

    def _digest(self, name: str) -> str | None:
        record = self._record(name)
        return record[3] if record else None

    def _is_young(self, name: str) -> bool:
        record = self._record(name)
        return record is not None and max(record[1], record[2]) > self._began - _SETTLED_NS

    def _record(self, name: str) -> _Record | None:
        """What is known of a file as it is now; None where it cannot be read."""
        if name not in self._current:
            self._current[name] = self._observed(name)
        return self._current[name]

    def _observed(self, name: str) -> _Record | None:
        try:
            status = os.stat(self._path(name))
            stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
            known = self._records.get(name)
            if known is not None and known[:3] == stamp:
                return known
            data = pathlib.Path(self._path(name)).read_bytes() if stat.S_ISREG(status.st_mode) else None
        except (OSError, ValueError):
            return None
        return [*stamp, _digest(data)] if data is not None else None

    def _sources(self, root: str) -> list[str]:
        from .analysis.files import Disk

        return [self._name(str(path)) for path in Disk().sources(pathlib.Path(self._path(root)))]

    def _tree(self, root: str) -> str:
        """A digest of all sources of a project."""
        if root not in self._trees:
            says = [(name, self._digest(name)) for name in self._sources(root)]
            self._trees[root] = _digest(json.dumps(says).encode())
        return self._trees[root]


def check_cached(
    files: Sequence[tuple[str, bool]],
    cache: Cache,
    look_at: Callable[[Sequence[tuple[str, bool]]], Iterator[FileReport]],
) -> Iterator[FileReport]:
    """The reports of all files in order: those from the cache that still hold, the others from `look_at`, and kept."""
    held = {path: cache.find(path, named) for path, named in files}
    missing = [(path, named) for path, named in files if held[path] is None]
    fresh = look_at(missing)
    for path, named in files:
        report = held[path]
        if report is None:
            report = next(fresh)
            cache.put(named, report)
        yield report
    cache.save()


def make_folder(folder: pathlib.Path) -> None:
    """Make a cache folder, marked so that git and backups pass it by.

    Raises OSError where that fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((TAG, _TAG_TEXT), (".gitignore", "# Made by torchstyle.\n*\n")):
        with contextlib.suppress(FileExistsError), (folder / name).open("x", encoding="utf-8") as stream:
            stream.write(text)


def _write(path: pathlib.Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _key(config: Config) -> str:
    """What all results of a cache file have in common, as a file name."""
    package = pathlib.Path(__file__).parent
    own = sorted(
        (os.path.relpath(os.path.join(folder, name), package), os.stat(os.path.join(folder, name)).st_mtime_ns)
        for folder, _, names in os.walk(package)
        for name in names
        if name.endswith((".py", ".toml"))
    )
    rules = (config.select, config.ignore, config.extend_select, sorted(config.per_file_ignores))
    return _digest(repr((__version__, own, sys.version, sys.prefix, rules)).encode())


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _checked(table: Any, *lengths: int) -> dict[str, list[Any]]:
    """A table of lists of the given lengths.

    Raises ValueError when it is not one.
    """
    if not isinstance(table, dict) or not all(isinstance(v, list) and len(v) in lengths for v in table.values()):
        raise ValueError("not a table of lists")
    return table


def _to_json(item: Reported) -> list[Any]:
    finding, fix = item.finding, item.finding.fix
    edits = [[*_pair(e.start), *_pair(e.end), e.content] for e in fix.edits] if fix else []
    return [
        [finding.code, finding.name, finding.message, finding.noqa_row],
        [*_pair(finding.start), *_pair(finding.end)],
        [fix.applicability.value, fix.message, edits] if fix else None,
        [item.cell, item.row_text],
    ]


def _pair(location: Location) -> tuple[int, int]:
    return location.row, location.column


def _from_json(path: str, item: list[Any]) -> Reported:
    (code, name, message, noqa_row), (row, column, end_row, end_column), fix, (cell, row_text) = item
    fixed = None
    if fix is not None:
        edits = tuple(Edit(Location(a, b), Location(c, d), content) for a, b, c, d, content in fix[2])
        fixed = Fix(Applicability(fix[0]), fix[1], edits)
    finding = Finding(code, name, message, Location(row, column), Location(end_row, end_column), fixed, noqa_row)
    return Reported(path, finding, cell, row_text)
