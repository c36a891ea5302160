"""The cache: what holds, what invalidates, and what happens to one that cannot be used."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from flake8_torchstyle import runner
from flake8_torchstyle.cli import check
from flake8_torchstyle.config import CACHE_FOLDER
from flake8_torchstyle.runner import CheckTask, FileReport

from .conftest import ALIAS, CLEAN, Run

BASE = "from torch import nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n"
OWN_CALL = BASE + "\n    def __call__(self, x):\n        return 0\n"
CALLS = "from base import Base\n\nnet = Base()\ny = net.forward(1)\n"
TAKES = "from base import Base\n\n\ndef run(net: Base, x):\n    return net.forward(x)\n"
BELOW = "from base import Base\n\n\nclass Sub(Base):\n    def __call__(self, x):\n        return 0\n"
FOLDER = pathlib.Path(CACHE_FOLDER)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were not answered from the cache, over all runs of a test."""
    seen: list[str] = []

    def run(task: CheckTask, files: Sequence[tuple[str, bool]], jobs: int | None) -> Iterator[FileReport]:
        seen.extend(path for path, _ in files)
        return runner.run(task, files, jobs)

    monkeypatch.setattr(check, "run_task", run)
    return seen


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        pathlib.Path(name).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(name).write_text(text)
    time.sleep(0.06)  # younger files are not kept: they could change again within one tick of the clock


def codes(run: Run, *arguments: str) -> list[str]:
    return [item["code"] for item in json.loads(run("check", "--output-format", "json", *arguments).out)]


def test_an_unchanged_tree_is_not_looked_at_again(run: Run, looked_at: list[str]) -> None:
    write({"a.py": ALIAS, "b.py": CLEAN, "base.py": BASE, "c.py": CALLS, "d.py": TAKES, "n.ipynb": _notebook()})
    first = run("check", "--output-format", "json")
    del looked_at[:]
    assert run("check", "--output-format", "json") == first
    assert looked_at == []
    assert run("check", "--output-format", "json", "--no-cache") == first


def _notebook() -> str:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": ALIAS}
    language = {"language_info": {"name": "python"}}
    return json.dumps({"cells": [cell], "metadata": language, "nbformat": 4, "nbformat_minor": 5})


CHANGES = {
    "the file itself": ({"base.py": BASE, "c.py": CALLS}, {"c.py": CLEAN}, ["TS101"], []),
    "a base class gets its own call": ({"base.py": BASE, "c.py": CALLS}, {"base.py": OWN_CALL}, ["TS101"], []),
    "a base class loses its own call": ({"base.py": OWN_CALL, "c.py": CALLS}, {"base.py": BASE}, [], ["TS101"]),
    "a base class appears": ({"c.py": CALLS}, {"base.py": BASE}, [], ["TS101"]),
    "a package hides a module": (
        {"base.py": BASE, "c.py": CALLS}, {"base/__init__.py": OWN_CALL}, ["TS101"], [],
    ),
    "a subclass elsewhere overrides": ({"base.py": BASE, "d.py": TAKES}, {"e.py": BELOW}, ["TS101"], ["TS102"]),
}  # fmt: skip


@pytest.mark.parametrize("before, after, first, second", CHANGES.values(), ids=CHANGES)
def test_what_a_result_rests_on(
    run: Run, before: dict[str, str], after: dict[str, str], first: list[str], second: list[str]
) -> None:
    asked = "c.py" if "c.py" in before else "d.py"
    write(before)
    assert codes(run, asked) == first
    write(after)
    assert codes(run, asked) == second


def test_a_base_class_that_goes(run: Run) -> None:
    write({"base.py": BASE, "c.py": CALLS})
    assert codes(run, "c.py") == ["TS101"]
    pathlib.Path("base.py").unlink()
    assert codes(run, "c.py") == []


def test_only_dependants_are_looked_at_again(run: Run, looked_at: list[str]) -> None:
    write({"a.py": ALIAS, "base.py": BASE, "c.py": CALLS})
    run("check")
    del looked_at[:]
    write({"base.py": BASE + "\n\n# changed\n"})
    run("check")
    assert looked_at == ["base.py", "c.py"]


def test_other_options_have_results_of_their_own(run: Run, looked_at: list[str]) -> None:
    write({"a.py": ALIAS})
    assert codes(run) == ["TS201"]
    assert codes(run, "--ignore", "TS2") == []
    assert codes(run) == ["TS201"]
    assert looked_at == ["a.py", "a.py"]


def test_a_named_file_must_have_been_parsed(run: Run) -> None:
    write({"a.py": "x = = 1\n"})
    assert run("check").code == 0
    assert run("check", "a.py").code == 2


def damaged(text: str) -> dict[str, str]:
    data = json.loads(text)
    wrong_depth = {name: [entry[0], entry[1], 1, 2, 3, 4] for name, entry in data["results"].items()}
    wrong_report = {name: [*entry[:2], [], [], [], [["TS201"]]] for name, entry in data["results"].items()}
    return {
        "empty": "",
        "cut off": text[:-20],
        "not an object": "[1, 2]",
        "another format": json.dumps({**data, "format": 0}),
        "results of another shape": json.dumps({**data, "results": {"a.py": 5}}),
        "a result of another shape": json.dumps({**data, "results": wrong_depth}),
        "a report of another shape": json.dumps({**data, "results": wrong_report}),
        "deeply nested": "[" * 100_000,
    }


@pytest.mark.parametrize("kind", list(damaged('{"results": {}}')))
def test_a_damaged_cache_is_ignored_with_a_note(run: Run, kind: str) -> None:
    write({"a.py": ALIAS})
    first = run("check")
    (file,) = FOLDER.glob("*.json")
    file.write_text(damaged(file.read_text())[kind])
    second = run("check")
    assert (second.code, second.out) == (first.code, first.out)
    assert "is ignored: it is damaged" in second.err
    assert run("check") == first


def test_a_cache_that_cannot_be_written_is_done_without(run: Run) -> None:
    write({"a.py": ALIAS, "taken": ""})
    result = run("check", "--cache-dir", "taken")
    assert result.code == 1
    assert "torchstyle: note: the cache taken" in result.err


def test_the_folder_is_marked_and_can_be_elsewhere(run: Run) -> None:
    write({"a.py": ALIAS})
    run("check", "--cache-dir", "kept/here")
    assert pathlib.Path("kept/here/CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert "\n*\n" in pathlib.Path("kept/here/.gitignore").read_text()
    assert not FOLDER.exists()


def test_no_cache_writes_nothing(run: Run) -> None:
    write({"a.py": ALIAS})
    run("check", "--no-cache")
    assert not FOLDER.exists()


def test_clean_removes_caches_and_nothing_else(run: Run) -> None:
    write({"a.py": ALIAS, "sub/pyproject.toml": "", f"sub/{CACHE_FOLDER}/kept.txt": "mine"})
    run("check")
    result = run("clean")
    assert (result.code, result.out) == (0, f"Removed {FOLDER}\n")
    assert not FOLDER.exists()
    assert pathlib.Path(f"sub/{CACHE_FOLDER}/kept.txt").exists()


def test_runs_at_the_same_time(project: pathlib.Path, run: Run) -> None:
    write({f"m{number}.py": ALIAS for number in range(30)})
    command = [sys.executable, "-m", "flake8_torchstyle", "check", "--output-format", "json"]
    both = [subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE) for _ in range(4)]
    outs = {process.communicate()[0] for process in both}
    assert len(outs) == 1
    assert len(json.loads(outs.pop())) == 30
    assert codes(run) == ["TS201"] * 30
    assert [file.suffix for file in FOLDER.iterdir() if file.name.startswith(".new")] == []
