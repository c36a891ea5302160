"""What a process saw of each site, kept in memory and in a file of its own that the starting process reads in the end.

A file is written when something new is seen, at most once a second while calls go on, and at the end; a process that
is killed loses a second of counts and no verdict. A forked process begins with nothing.
"""

from __future__ import annotations

import atexit
import collections
import dataclasses
import json
import os
import pathlib
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

_SHAPES_KEPT = 8
_SECONDS = 1.0


@dataclass(slots=True)
class SiteRecord:
    """The calls of one site: how many, how many compared, what came of it, and why others were not.

    `different` and `nondeterministic` hold the first such observation in words. `seconds_old` and `seconds_compared`
    are the time spent in the old spelling and in the whole of the compared calls.
    """

    calls: int = 0
    compared: int = 0
    raised: int = 0
    gradients: int = 0
    different: str | None = None
    nondeterministic: str | None = None
    skipped: collections.Counter[str] = field(default_factory=collections.Counter)
    devices: set[str] = field(default_factory=set)
    shapes: list[str] = field(default_factory=list)
    seconds_old: float = 0.0
    seconds_compared: float = 0.0

    def saw(self, devices: set[str], shapes: str) -> bool:
        """Note where and on what a call was compared; whether the shapes are new."""
        self.devices |= devices
        new = shapes not in self.shapes and len(self.shapes) < _SHAPES_KEPT
        if new:
            self.shapes.append(shapes)
        return new

    def as_json(self) -> dict[str, Any]:
        """The record as plain values."""
        values = {name: getattr(self, name) for name in (f.name for f in dataclasses.fields(self))}
        return values | {"skipped": dict(self.skipped), "devices": sorted(self.devices), "shapes": list(self.shapes)}


class Records:
    """All records of this process."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._begin()
        atexit.register(self.write)
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._sites: dict[str, SiteRecord] = {}
        self._modules: dict[str, str] = {}
        self._lock = threading.Lock()
        self._written = 0.0
        self._finalizing = False
        self.machine: dict[str, Any] = {}

    def close(self) -> None:
        """Write the file for the last time."""
        self.write()
        self._sites, self._modules = {}, {}
        atexit.unregister(self.write)

    def loaded(self, file: str, problem: str = "") -> None:
        """Note that an instrumented file was executed, or why one was left as it is."""
        self._modules[file] = problem
        self.write()

    def site(self, key: str) -> SiteRecord:
        """The record of a site."""
        record = self._sites.get(key)
        if record is None:
            with self._lock:
                record = self._sites.setdefault(key, SiteRecord())
        return record

    def skipped(self, record: SiteRecord, reason: str) -> None:
        """Note that a call was not compared, and why."""
        news = reason not in record.skipped
        record.skipped[reason] += 1
        self.changed(news=news)

    def changed(self, *, news: bool) -> None:
        """Write the file if there are news, or if it is old."""
        if news or time.monotonic() - self._written > _SECONDS:
            self.write()

    def write(self) -> None:
        """Write the file, in one step."""
        if not (self._sites or self._modules):
            return
        self._finish_with_multiprocessing()
        with self._lock:
            content = {
                "pid": os.getpid(),
                "argv": sys.argv,
                "python": ".".join(map(str, sys.version_info[:3])),
                "machine": self.machine,
                "modules": self._modules,
                "sites": {key: record.as_json() for key, record in self._sites.items()},
            }
            target = self.folder / f"process-{os.getpid()}.json"
            draft = target.with_suffix(".part")
            draft.write_text(json.dumps(content), encoding="utf-8")
            draft.replace(target)
            self._written = time.monotonic()

    def _finish_with_multiprocessing(self) -> None:
        """Processes of `multiprocessing` end without `atexit`; they have a list of their own."""
        util = sys.modules.get("multiprocessing.util")
        if util is not None and not self._finalizing and sys.modules["multiprocessing"].process.parent_process():
            self._finalizing = True
            util.Finalize(None, self.write, exitpriority=0)
