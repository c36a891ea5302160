"""`[tool.torchstyle]`: every key, wrong keys and types, and which file counts."""

from __future__ import annotations

import pathlib

import pytest

from flake8_torchstyle.config import Config, ConfigError, Selection, load

from .conftest import ALIAS, Run


def write(project: pathlib.Path, text: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.torchstyle]\n{text}\n")


@pytest.mark.parametrize(
    "select, ignore, on",
    [
        (("ALL",), (), True),
        (("TS2",), (), True),
        (("TS1",), (), False),
        (("ALL",), ("TS201",), False),
        (("TS201",), ("TS2",), True),
        (("TS201",), ("TS201",), False),
        ((), (), False),
    ],
)
def test_the_most_specific_selector_decides(select: tuple[str, ...], ignore: tuple[str, ...], on: bool) -> None:
    assert Selection(select, ignore).includes("TS201") is on


def test_defaults(project: pathlib.Path) -> None:
    assert load(project) == Config(root=project)


def test_every_key(project: pathlib.Path) -> None:
    write(
        project,
        'select = ["TS1"]\nignore = ["TS102"]\nextend-select = ["ts201"]\nexclude = ["a"]\nextend-exclude = ["b"]\n'
        'per-file-ignores = { "tests/*" = ["TS2"] }\nunsafe-fixes = true\njobs = 3',
    )
    assert load(project) == Config(
        root=project, select=("TS1",), ignore=("TS102",), extend_select=("TS201",), exclude=("a",),
        extend_exclude=("b",), per_file_ignores=(("tests/*", ("TS2",)),), unsafe_fixes=True, jobs=3,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text, named",
    [
        ("selct = []", "unknown key 'selct'"),
        ('select = "TS1"', "select must be a list of strings"),
        ('select = ["E501"]', "no rule matches 'E501'"),
        ("jobs = 0", "jobs must be a number from 1"),
        ("jobs = true", "jobs must be"),
        ('unsafe-fixes = "yes"', "unsafe-fixes must be true or false"),
        ("per-file-ignores = []", "per-file-ignores must be a table"),
        ("select = [", "pyproject.toml: "),
    ],
)
def test_errors_name_the_key_and_the_file(run: Run, project: pathlib.Path, text: str, named: str) -> None:
    write(project, text)
    with pytest.raises(ConfigError):
        load(project)
    result = run("check")
    assert result.code == 2
    assert named in result.err
    assert str(project / "pyproject.toml") in result.err


def test_the_nearest_table_counts(project: pathlib.Path) -> None:
    write(project, "jobs = 2")
    inner = project / "a" / "b"
    inner.mkdir(parents=True)
    (project / "a" / "pyproject.toml").write_text("[tool.other]\ntorchstyle = 1\n")
    assert load(inner).jobs == 2


def test_the_command_line_wins(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(ALIAS)
    write(project, 'select = ["TS1"]')
    assert run("check").code == 0
    assert run("check", "--select", "TS2").code == 1


def test_per_file_ignores(run: Run, project: pathlib.Path) -> None:
    for folder in ("tests", "src"):
        (project / folder).mkdir()
        (project / folder / "a.py").write_text(ALIAS)
    write(project, 'per-file-ignores = { "tests/**" = ["TS201"] }')
    out = run("check", "--output-format", "concise").out
    assert "src/a.py" in out
    assert "tests/a.py" not in out


def test_unsafe_fixes(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text("def f(net):\n    net.zero_grad()\n    net.forward(1)\n")
    write(project, "unsafe-fixes = true")
    run("fix")
    assert "net(1)" in (project / "a.py").read_text()
