"""CPU time and memory of whole processes, as the operating system accounts them."""

from __future__ import annotations

import os
import pathlib
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """One finished process: seconds of user and system time (children included), seconds passed, peak MB."""

    cpu: float
    wall: float
    peak: float


def run(command: Sequence[str], folder: pathlib.Path) -> Run:
    """Start a command, wait for it, and account for it and the processes it waited for.

    Raises RuntimeError when it fails; exit code 1 means findings.
    """
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit code {code}\n{error.decode(errors='replace')[-2000:]}")
    return Run(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1024)


def in_turn(
    commands: Mapping[str, Sequence[str]], folder: pathlib.Path, runs: int, *, warm_up: bool = True
) -> dict[str, Run]:
    """The medians of several runs of each command, after one that does not count; A B A B, so that drift hits all."""
    results: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(runs + warm_up):
        for name, command in commands.items():
            result = run(command, folder)
            if number >= warm_up:
                results[name].append(result)
    return {name: median(found) for name, found in results.items()}


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(*(statistics.median(getattr(run, field) for run in runs) for field in ("cpu", "wall", "peak")))
