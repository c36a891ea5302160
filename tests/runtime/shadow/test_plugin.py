"""`pytest --torchstyle-verify`: the tests are the proof, assertions are explained as ever."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

from .conftest import NET, Shadow, statuses

TESTS = textwrap.dedent(
    """
    import torch
    from net import Net, act


    def test_net():
        net = Net()
        assert net.forward(torch.rand(3, 8)).shape == (3, 4)


    def test_fails():
        value = 3
        assert torch.relu(torch.tensor(2.0)) == value


    def test_act():
        assert act(torch.zeros(2)).sum() == 0
    """
)


@pytest.fixture
def tests(project: pathlib.Path) -> pathlib.Path:
    (project / "net.py").write_text(NET)
    (project / "test_net.py").write_text(TESTS)
    (project / "conftest.py").write_text("import torch\n\nFIRST = torch.selu(torch.ones(1))\n")
    return project


def run_pytest(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def test_tests_in_shadow(tests: pathlib.Path) -> None:
    done = run_pytest(tests, "--torchstyle-verify", "--torchstyle-report=report.json", "-q")
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert "assert tensor(2.) == 3" in done.stdout
    assert "__torchstyle_shadow__" not in done.stdout
    assert statuses(json.loads((tests / "report.json").read_text())) == {
        "conftest.py:3:TS201": "same",
        "net.py:15:TS101": "same",
        "net.py:15:TS201": "same",
        "net.py:16:TS201": "same",
        "net.py:20:TS201": "same",
        "net.py:24:TS202": "never executed",
        "test_net.py:8:TS101": "same",
        "test_net.py:13:TS201": "same",
    }


def test_assertions_are_rewritten_in_a_pytest_that_was_started_in_shadow(shadow: Shadow, tests: pathlib.Path) -> None:
    done, report = shadow("{python}", "-m", "pytest", "-p", "no:cacheprovider", "-q")
    assert "assert tensor(2.) == 3" in done.stdout
    assert statuses(report)["test_net.py:13:TS201"] == "same"


def test_a_difference_fails_a_session_that_passes(project: pathlib.Path) -> None:
    (project / "test_edge.py").write_text(
        "import torch\n\n\ndef test():\n    assert torch.group_norm(torch.ones(1, 2), 2).sum() == 0\n"
    )
    done = run_pytest(project, "--torchstyle-verify")
    assert "1 passed" in done.stdout
    assert "ValueError" in done.stdout
    assert done.returncode == 1


def test_without_the_option_nothing_is_loaded(project: pathlib.Path) -> None:
    (project / "test_bare.py").write_text(
        "import sys\n\n\ndef test():\n"
        "    assert not {'torch', 'libcst', 'flake8_torchstyle.engine'} & set(sys.modules)\n"
    )
    done = run_pytest(project, "-q")
    assert done.returncode == 0, done.stdout


def test_a_path_that_does_not_exist_is_a_usage_error(project: pathlib.Path) -> None:
    done = run_pytest(project, "--torchstyle-verify", "--torchstyle-path=nowhere")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "nowhere" in done.stderr
