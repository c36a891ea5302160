"""Many files on several processes: the same answer, and an end when it is wanted."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from flake8_torchstyle import runner

from .conftest import ALIAS, CLEAN, Run

FORWARD = "from base import Base\n\nnet = Base()\ny = net.forward(1)\n"
BASE = "from torch import nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n"


def write_tree(project: pathlib.Path, size: int) -> None:
    (project / "base.py").write_text(BASE)
    for number in range(size):
        text = {0: ALIAS, 1: FORWARD}.get(number % 10, CLEAN)
        (project / f"m{number}.py").write_text(text)


def test_the_answer_does_not_depend_on_jobs(run: Run, project: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(project, 120)
    arguments = ("check", "--no-cache", "--output-format", "json")
    one = run(*arguments, "--jobs", "1")
    monkeypatch.setattr(runner, "_SECONDS_ALONE", 0.0)
    assert run(*arguments, "--jobs", "2") == one
    assert run(*arguments, "--jobs", "3") == one
    assert len(json.loads(one.out)) == 24


def test_few_files_start_no_process(project: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(project, 20)
    monkeypatch.setattr(runner, "_on_processes", None)
    files = [(f"m{number}.py", False) for number in range(20)]
    assert len(list(runner.run(_Named(), files, jobs=2))) == 20


class _Named:
    def __call__(self, path: str, _named: bool) -> runner.FileReport:
        return runner.FileReport(path)


class _Dying:
    """A task that ends its process, as a crash would."""

    def __init__(self, parent: int) -> None:
        self.parent = parent

    def __call__(self, path: str, _named: bool) -> runner.FileReport:
        if path == "m50.py" and os.getpid() != self.parent:
            os._exit(1)
        return runner.FileReport(path)


def test_a_process_that_dies_is_an_error_not_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_SECONDS_ALONE", 0.0)
    files = [(f"m{number}.py", False) for number in range(100)]
    with pytest.raises(runner.WorkerError, match="--jobs 1"):
        list(runner.run(_Dying(os.getpid()), files, jobs=2))


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing there")
def test_ctrl_c_stops_at_once_without_a_traceback(project: pathlib.Path) -> None:
    write_tree(project, 600)
    for number in range(400):
        (project / f"n{number}.py").write_text(ALIAS + "z = torch.relu(x)\n" * 200)
    process = subprocess.Popen(
        [sys.executable, "-m", "flake8_torchstyle", "check", "--no-cache", "--jobs", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=project, start_new_session=True,
    )  # fmt: skip
    time.sleep(1.5)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
