"""The command line as a whole: help, version, usage errors, rule pages, the demo."""

from __future__ import annotations

import json
import pathlib

import pytest

from flake8_torchstyle import __version__
from flake8_torchstyle.rules import all_rules, known_codes

from ..conftest import Run


def test_version(run: Run) -> None:
    assert run("--version").out == f"torchstyle {__version__}\n"


def test_no_command_shows_the_help(run: Run) -> None:
    result = run()
    assert result.code == 2
    assert "examples:" in result.out


@pytest.mark.parametrize("command", ["check", "fix", "verify", "bench", "rule", "demo"])
def test_every_command_explains_itself(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.code == 0
    assert result.out.startswith(f"usage: torchstyle {command}")


@pytest.mark.parametrize("arguments", [["nonsense"], ["check", "--nonsense"], ["check", "--jobs", "0"]])
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).code == 2


@pytest.mark.parametrize("code", known_codes())
def test_rule_pages(run: Run, code: str) -> None:
    result = run("rule", code)
    assert result.code == 0
    assert f"({code})" in result.out
    assert "## Fix safety" in result.out


def test_rule_by_name_and_unknown_rule(run: Run) -> None:
    assert run("rule", "functional-alias").out == run("rule", "ts202").out
    result = run("rule", "TS999")
    assert result.code == 2
    assert "TS101" in result.err
    assert run("rule").code == 2


def test_all_rules_as_json(run: Run) -> None:
    pages = json.loads(run("rule", "--all", "--output-format", "json").out)
    assert [page["code"] for page in pages] == list(known_codes())
    assert all(page["explanation"] for page in pages)


def test_known_codes_are_the_rules() -> None:
    assert known_codes() == tuple(rule.code for rule in all_rules())


def test_demo(run: Run, project: pathlib.Path) -> None:
    result = run("demo")
    assert result.code == 0
    for code in ("TS101", "TS201", "TS202"):
        assert f" {code} [*] " in result.out
    assert "+logits = net(X)" in result.out
    assert "normed          same, bit for bit" in result.out
    assert "became" not in result.out
    assert list(project.iterdir()) == []
