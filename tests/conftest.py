"""What the tests share: a folder to work in, the command line in this process, the command line as users run it."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from flake8_torchstyle.cli import main

ALIAS = "import torch\n\ny = torch.relu(x)\n"
FIXED = "import torch\nimport torch.nn.functional as F\n\ny = F.relu(x)\n"
CLEAN = "import torch\n\ny = torch.sigmoid(x)\n"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """An empty folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


@pytest.fixture
def run(project: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, in this process."""

    def run_main(*arguments: str) -> Result:
        code = main(arguments)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run_main


@pytest.fixture
def shell(project: pathlib.Path) -> Run:
    """The command line in a process of its own, with bytes on standard input."""

    def run_process(*arguments: str, stdin: bytes = b"") -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "flake8_torchstyle", *arguments], input=stdin, capture_output=True, cwd=project
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run_process
