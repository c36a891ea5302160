"""`torchstyle check`: the contract of output, exit codes, selection, files and standard input."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

from flake8_torchstyle.diagnostics import Edit, Location
from flake8_torchstyle.text import apply_edits

from ..conftest import ALIAS, CLEAN, FIXED, Run

MIXED = "import torch\n\ny = torch.relu(torch.softmax(x, 1))\n"


def codes(out: str) -> list[str]:
    return [item["code"] for item in json.loads(out)]


def test_clean_file(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(CLEAN)
    result = run("check")
    assert (result.code, result.out, result.err) == (0, "All checks passed!\n", "")


def test_findings_exit_with_one(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(ALIAS)
    result = run("check", "a.py")
    assert result.code == 1
    assert result.out.startswith("a.py:3:11: TS201 [*] `torch.relu` is undocumented")
    assert "3 | y = torch.relu(x)\n  |           ^^^^\n" in result.out
    assert "Found 1 finding.\n[*] 1 fixable with `torchstyle fix`.\n" in result.out


def test_json_is_ruffs(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(ALIAS)
    (item,) = json.loads(run("check", "--output-format", "json").out)
    assert set(item) == {
        "cell", "code", "end_location", "filename", "fix", "location", "message", "name", "noqa_row", "url"
    }  # fmt: skip
    assert item["filename"] == str(project / "a.py")
    assert item["location"] == {"row": 3, "column": 11}
    assert item["end_location"] == {"row": 3, "column": 15}
    assert (item["code"], item["name"], item["cell"]) == ("TS201", "undocumented-functional-alias", None)
    assert item["noqa_row"] == 3
    assert item["fix"]["applicability"] == "safe"


def test_json_edits_applied_last_to_first_give_the_fixed_file(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(MIXED)
    items = json.loads(run("check", "--output-format", "json").out)
    edits = [
        Edit(Location(**e["location"]), Location(**e["end_location"]), e["content"])
        for item in items
        for e in item["fix"]["edits"]
    ]
    run("fix")
    assert apply_edits(MIXED, edits) == (project / "a.py").read_text()


def test_findings_are_sorted_by_file_and_place(run: Run, project: pathlib.Path) -> None:
    for name in ("b.py", "a.py"):
        (project / name).write_text(MIXED)
    items = json.loads(run("check", "--output-format", "json").out)
    places = [(item["filename"], item["location"]["row"], item["location"]["column"]) for item in items]
    assert places == sorted(places)
    assert len(places) == 4


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (["--select", "TS2"], ["TS201", "TS202"]),
        (["--select", "TS202"], ["TS202"]),
        (["--ignore", "TS201"], ["TS202"]),
        (["--select", "TS1"], []),
        (["--select", "TS1", "--extend-select", "TS202"], ["TS202"]),
        (["--select", "TS201", "--ignore", "TS2"], ["TS201"]),
        (["--select", "ts201,TS202"], ["TS201", "TS202"]),
        (["--ignore", "ALL"], []),
    ],
)
def test_selection(run: Run, project: pathlib.Path, arguments: list[str], expected: list[str]) -> None:
    (project / "a.py").write_text(MIXED)
    assert codes(run("check", "--output-format", "json", *arguments).out) == expected


@pytest.mark.parametrize("word", ["TS9", "E501", "TS2011", "relu"])
def test_an_unknown_code_is_an_error(run: Run, word: str) -> None:
    result = run("check", "--select", word)
    assert result.code == 2
    assert f"--select: no rule matches '{word.upper()}'" in result.err
    assert "TS101" in result.err


def test_a_missing_path_is_an_error(run: Run) -> None:
    result = run("check", "nowhere.py")
    assert (result.code, result.err) == (2, "torchstyle: error: nowhere.py: no such file or folder\n")


def test_nothing_is_said_to_pass_that_could_not_be_checked(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text("import torch\ntorch.relu(\n")
    result = run("check", ".")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("a.py: 2:")
    assert run("check", "--output-format", "json", ".").out == "[]\n"


def test_a_folder_without_python_files_is_noted(run: Run, project: pathlib.Path) -> None:
    result = run("check", ".")
    assert (result.code, result.err) == (0, "torchstyle: note: no Python file or notebook under the given paths\n")


def test_a_file_that_does_not_parse_is_named_and_the_rest_done(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text("def (:\n")
    (project / "b.py").write_text(ALIAS)
    result = run("check", "a.py", "b.py", "--output-format", "concise")
    assert result.code == 2
    assert result.err.startswith("a.py: 1:5: ")
    assert "b.py:3:11: TS201" in result.out


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf" + ALIAS.encode(), b"# coding: latin-1\nimport torch\ny = torch.relu('\xe9')\n"]
)
def test_encodings(run: Run, project: pathlib.Path, data: bytes) -> None:
    (project / "a.py").write_bytes(data)
    assert codes(run("check", "a.py", "--output-format", "json").out) == (["TS201"] if data else [])


@pytest.mark.parametrize("data", [b"\xff\xfe", b"x = 1\0\n", b"# coding: nonsense\n", b"x = '\xe9'\n"])
def test_undecodable_files_are_errors(run: Run, project: pathlib.Path, data: bytes) -> None:
    (project / "a.py").write_bytes(data)
    result = run("check", "a.py")
    assert result.code == 2
    assert result.err.startswith("a.py: ")


def test_standard_input(shell: Run) -> None:
    result = shell("check", "-", "--stdin-filename", "net.py", "--output-format", "concise", stdin=ALIAS.encode())
    assert result.code == 1
    assert result.out.startswith("net.py:3:11: TS201")


def test_standard_input_with_other_paths(run: Run) -> None:
    assert run("check", "-", "a.py").code == 2


def test_exit_zero(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(ALIAS)
    assert run("check", "--exit-zero").code == 0


def test_statistics(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(MIXED + "z = torch.relu(x)\n")
    assert run("check", "--statistics").out == (
        "2  TS201 [*] undocumented-functional-alias\n1  TS202 [*] functional-alias\n"
    )
    assert json.loads(run("check", "--statistics", "--output-format", "json").out)[0]["count"] == 2


def test_noqa(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text("import torch\n\ny = torch.relu(x)  # noqa: TS201\nz = torch.selu(x)\n")
    assert "a.py:4:11" in run("check", "--output-format", "concise").out
    assert "a.py:3" not in run("check", "--output-format", "concise").out


def test_colour_only_where_wanted(run: Run, project: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text(ALIAS)
    assert "\x1b[" not in run("check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check").out


def test_explain_types(run: Run, project: pathlib.Path) -> None:
    (project / "net.py").write_text("from torch import nn\n\n\nclass Net(nn.Module):\n    pass\n")
    (project / "use.py").write_text("from net import Net\n\nnet = Net()\ny = net.forward(1)\nz = what.forward(1)\n")
    result = run("check", "--explain-types", "use.py:4")
    assert result.code == 0
    assert "net.forward(...): proven" in result.out
    assert "(use.py:3)" in result.out
    assert "class `Net(nn.Module)` (net.py:4)" in result.out
    assert "not reported" in run("check", "--explain-types", "use.py:5:10").out
    assert run("check", "--explain-types", "use.py:1").code == 2


def test_a_reader_that_stops_early_is_no_error(project: pathlib.Path) -> None:
    for number in range(300):
        (project / f"m{number}.py").write_text(ALIAS * 5)
    process = subprocess.Popen(
        [sys.executable, "-m", "flake8_torchstyle", "check"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=project, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait() == 1
    assert process.stderr.read() == b""


def test_heavy_imports_wait_until_a_file_needs_them(project: pathlib.Path) -> None:
    (project / "a.py").write_text(CLEAN)
    heavy = ("libcst", "rich", "pathspec", "torch", "flake8", "concurrent.futures", "multiprocessing")
    heavy += ("flake8_torchstyle.torch_api.modules", "flake8_torchstyle.analysis.names")
    script = (
        "import sys; from flake8_torchstyle.cli import main; main(sys.argv[1:]);"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    for arguments in (["check", "a.py"], ["--help"]):
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=project)
        assert done.stdout.endswith("[]\n"), done.stdout


def test_the_code_looked_at_is_never_executed(run: Run, project: pathlib.Path) -> None:
    witness = project / "executed"
    (project / "helper.py").write_text(f"open({str(witness)!r}, 'w')\n")
    (project / "a.py").write_text(
        f"import helper\nopen({str(witness)!r}, 'w')\nx = helper.Net()\nx.forward(1)\n{ALIAS}"
    )
    run("check", "a.py")
    run("fix", "a.py")
    assert not witness.exists()


def test_fixed_files_are_clean(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(FIXED)
    assert run("check").code == 0
