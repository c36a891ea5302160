"""Run a command in shadow: plan, start it, wait, gather."""

from __future__ import annotations

import os
import pathlib
import subprocess
import tempfile
import time
from collections.abc import Sequence

from .plan import PlannedFile, environment, write_plan
from .report import ShadowReport, read_processes


def run_command(command: Sequence[str], files: Sequence[PlannedFile], calls: int) -> ShadowReport:
    """Run a command with the planned files in shadow.

    Raises OSError when the command cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="torchstyle-") as name:
        folder = pathlib.Path(name)
        write_plan(folder, files, calls)
        began = time.monotonic()
        status = subprocess.run(command, env=environment(folder, dict(os.environ))).returncode
        return ShadowReport(command, status, time.monotonic() - began, files, read_processes(folder))
