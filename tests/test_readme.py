"""What the README says is so: its table, its demo, its commands, its configuration."""

from __future__ import annotations

import pathlib
import re

import pytest

from flake8_torchstyle.config import load

from .conftest import Run
from .readme import README, with_table

TEXT = README.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_rules_table_is_current() -> None:
    assert with_table(TEXT) == TEXT, "run: python -m tests.readme"


def test_the_demo_prints_what_the_readme_shows(run: Run) -> None:
    shown = blocks("text")[0].splitlines()
    printed = run("demo").out.splitlines()
    assert len(shown) > 20
    assert [row for row in shown if row not in printed] == []


def test_the_configuration_is_accepted(project: pathlib.Path) -> None:
    (settings,) = blocks("toml")
    (project / "pyproject.toml").write_text(settings)
    assert load(project).ignore == ("TS102",)


@pytest.mark.parametrize("command", [c for block in blocks("sh") for c in re.findall(r"torchstyle (\w+)", block)])
def test_every_command_shown_exists(run: Run, command: str) -> None:
    assert run(command, "--help").code == 0


def test_continuous_integration_runs_the_command_for_tests() -> None:
    (command,) = [block for block in blocks("sh") if ".[test]" in block]
    script = (README.parent / ".ci" / "run").read_text()
    assert '".[test]"' in script
    assert "pytest -q" in command and "pytest -q" in script
