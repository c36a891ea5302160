"""`--cluster`: the same findings from workers that share no files, also when one of them dies."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from .conftest import ALIAS, CLEAN, Run

BASE = "from torch import nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n"
TAKES = "from .parts.base import Base\n\n\ndef run(net: Base, x):\n    return net.forward(x)\n"
BELOW = "from .base import Base\n\n\nclass Sub(Base):\n    def __call__(self, x):\n        return 0\n"


def write_tree(project: pathlib.Path, size: int) -> None:
    parts = project / "net" / "parts"
    parts.mkdir(parents=True)
    for folder in (parts, parts.parent):
        (folder / "__init__.py").touch()
    (parts / "base.py").write_text(BASE)
    (parts / "below.py").write_text(BELOW)
    for number in range(size):
        text = {0: ALIAS, 1: TAKES, 2: "x = = torch.relu(1)\n"}.get(number % 7, CLEAN)
        (project / "net" / f"m{number}.py").write_text(text)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its two worker processes; each works in a folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-c", "import sys; from distributed.cli import dask_scheduler; dask_scheduler.main()"]
    started = [subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet)]
    work = "import sys; from distributed.cli import dask_worker; dask_worker.main()"
    for number in range(2):
        folder = tmp_path_factory.mktemp(f"worker{number}")
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", str(number)]
        started.append(subprocess.Popen([sys.executable, "-c", work, address, *options], cwd=folder, **quiet))
    yield address, started[1:]
    for process in started:
        process.kill()
        process.wait()


def test_the_same_findings(run: Run, project: pathlib.Path, scheduler: tuple[str, list[object]]) -> None:
    write_tree(project, 60)
    arguments = ("check", "--no-cache", "--output-format", "json")
    here = run(*arguments)
    assert run(*arguments, "--cluster", scheduler[0]) == here
    assert len(json.loads(here.out)) > 10
    assert here.code == 2


def test_results_of_a_cluster_are_cached(run: Run, project: pathlib.Path, scheduler: tuple[str, list[object]]) -> None:
    write_tree(project, 20)
    time.sleep(0.06)
    first = run("check", "--cluster", scheduler[0])
    assert run("check") == first


def test_a_worker_killed_half_way_loses_and_doubles_nothing(
    run: Run, project: pathlib.Path, scheduler: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    write_tree(project, 280)
    for path in project.glob("net/m*.py"):
        path.write_text(path.read_text() + "z = torch.relu(x)\n" * 10)
    arguments = ["check", "--no-cache", "--output-format", "json"]
    here = run(*arguments)
    address, workers = scheduler
    command = [sys.executable, "-m", "flake8_torchstyle", *arguments, "--cluster", address]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.5)
    assert process.poll() is None, "the worker must die while there is work"
    os.kill(workers[0].pid, signal.SIGKILL)
    out, _ = process.communicate(timeout=120)
    assert (process.returncode, out.decode()) == (here.code, here.out)


def test_no_scheduler_is_an_error(run: Run, project: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flake8_torchstyle.cluster._SECONDS_TO_CONNECT", 0.5)
    (project / "a.py").write_text(ALIAS)
    result = run("check", "--cluster", "tcp://127.0.0.1:1")
    assert result.code == 2
    assert "torchstyle: error: no Dask scheduler at tcp://127.0.0.1:1" in result.err
