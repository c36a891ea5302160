"""Shadow the process at hand and those it starts, for a program that does so from inside: pytest."""

from __future__ import annotations

import os
import pathlib
import tempfile
import time
from collections.abc import Sequence
from typing import Any

from ...config import load
from ...discovery import discover
from . import hook
from .plan import DEFAULT_CALLS, PlannedFile, environment, make_plan, write_plan
from .report import ShadowReport, read_processes


class Session:
    """A run in shadow from beginning to end; `content` is the report once it has ended.

    Raises MissingPathError for a path that does not exist, ConfigError for settings that cannot be used.
    """

    def __init__(self, paths: Sequence[str], command: Sequence[str]) -> None:
        config = load(pathlib.Path.cwd())
        files = [path for path, _ in discover(list(paths), config)]
        self._files = [planned for planned in make_plan(files, config) if isinstance(planned, PlannedFile)]
        self._command = ["pytest", *map(str, command)]
        self._folder = tempfile.TemporaryDirectory(prefix="torchstyle-")
        self._began = time.monotonic()
        self.content: dict[str, Any] | None = None
        folder = pathlib.Path(self._folder.name)
        write_plan(folder, self._files, DEFAULT_CALLS)
        self._environment = dict(os.environ)
        os.environ.update(environment(folder, self._environment))

    def finish(self, status: int) -> dict[str, Any]:
        """End the run; its report."""
        hook.uninstall()
        processes = read_processes(pathlib.Path(self._folder.name))
        os.environ.clear()
        os.environ.update(self._environment)
        self._folder.cleanup()
        seconds = time.monotonic() - self._began
        self.content = ShadowReport(self._command, status, seconds, self._files, processes).as_json()
        return self.content
