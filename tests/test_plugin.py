"""The plugin inside the real flake8: selection, noqa, standard input, jobs, and files that must not crash it."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys

import pytest

from .conftest import ALIAS, Run

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return torch.softmax(
            torch.relu(x), dim=1
        )


net = Net()
y = net.forward(1)  # noqa: E501
z = "é"; w = net.forward(torch.relu(2))
"""


def flake8(folder: pathlib.Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "flake8", "--isolated", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, cwd=folder)


def places(done: subprocess.CompletedProcess[bytes]) -> set[tuple[str, int, int, str]]:
    rows = done.stdout.decode().splitlines()
    found = [re.fullmatch(r"\./?(.*?):(\d+):(\d+): (\w+) .*", row) for row in rows]
    return {(m[1], int(m[2]), int(m[3]), m[4]) for m in found if m}


def own_places(run: Run, project: pathlib.Path) -> set[tuple[str, int, int, str]]:
    items = json.loads(run("check", "--output-format", "json").out)
    return {
        (
            str(pathlib.Path(i["filename"]).relative_to(project)),
            i["location"]["row"],
            i["location"]["column"],
            i["code"],
        )
        for i in items
    }


def test_flake8_names_the_plugin(project: pathlib.Path) -> None:
    assert b"flake8-torchstyle" in flake8(project, "--version").stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_same_findings_as_check(run: Run, project: pathlib.Path, jobs: str) -> None:
    (project / "package").mkdir()
    (project / "package" / "__init__.py").write_text("")
    (project / "package" / "net.py").write_text(NET)
    (project / "package" / "use.py").write_text("from .net import Net\n\nNet().forward(1)\n")
    (project / "bom.py").write_bytes(b"\xef\xbb\xbf" + ALIAS.encode())
    (project / "crlf.py").write_bytes(ALIAS.replace("\n", "\r\n").encode())
    (project / "latin.py").write_bytes(b"# coding: latin-1\nimport torch\ns = '\xe9'; y = torch.relu(s)\n")
    found = places(flake8(project, "--select", "TS", "--jobs", jobs))
    assert found == own_places(run, project)
    assert {path for path, *_ in found} == {"package/net.py", "package/use.py", "bom.py", "crlf.py", "latin.py"}


NOQA = [
    "y = torch.relu(x)  # noqa",
    "y = torch.relu(x)  # noqa: TS201",
    "y = torch.relu(x)  # noqa:TS201,E501",
    "y = torch.relu(x)  # NOQA : TS201",
    "y = torch.relu(x)  # noqa: TS2",
    "y = torch.relu(x)  # noqa: ts201",
    "y = torch.relu(x)  # noqa: TS101",
    "y = torch.relu(x)  # noqa: E501 TS201",
    "y = torch.relu(x)  #noqa",
    "y = torch.relu(\n    x\n)  # noqa: TS201",
    "y = [\n    torch.relu(x),  # noqa\n    torch.selu(x),\n]",
    'y = """\n# noqa\n""" + torch.relu(x)',
    "y = torch.relu(x) + \\\n    1  # noqa: TS201",
    "# flake8: noqa\ny = torch.relu(x)",
    "y = torch.relu(x)\n# flake8: noqa: E501",
    "y = torch.relu(x)  # flake8: noqa",
    "s = '# noqa'; y = torch.relu(x)",
]


@pytest.mark.parametrize("text", NOQA)
def test_noqa_means_what_it_means_in_flake8(run: Run, project: pathlib.Path, text: str) -> None:
    (project / "a.py").write_text(f"import torch\n\n{text}\n")
    assert own_places(run, project) == places(flake8(project, "--select", "TS"))


def test_per_file_ignores(project: pathlib.Path) -> None:
    (project / "a.py").write_text(ALIAS)
    (project / "b.py").write_text(ALIAS)
    found = places(flake8(project, "--select", "TS", "--per-file-ignores", "a.py:TS201"))
    assert {path for path, *_ in found} == {"b.py"}


def test_standard_input(project: pathlib.Path) -> None:
    done = flake8(project, "--select", "TS", "--stdin-display-name", "net.py", "-", stdin=ALIAS.encode())
    assert done.stdout.startswith(b"net.py:3:11: TS201 ")


# Older interpreters raise ValueError for a null byte, which flake8 itself does not expect.
NULL_BYTE = pytest.param(b"x = 1\0\n", marks=pytest.mark.skipif(sys.version_info < (3, 11, 4), reason="flake8 crashes"))
DEEP = b"import torch\nx = torch" + b".relu(x)" * 300 + b"\n"


@pytest.mark.parametrize(
    "data",
    [b"", b"def (:\n", NULL_BYTE, b"\xff\xfe", b"\xef\xbb\xbf", b"# coding: latin-1\nx = '\xe9'\n", DEEP],
)
def test_no_file_crashes_flake8(project: pathlib.Path, data: bytes) -> None:
    (project / "a.py").write_bytes(data)
    done = flake8(project, "--select", "TS,E9")
    assert b"Traceback" not in done.stderr
    assert b"plugin code" not in done.stdout + done.stderr
    assert b" TS" not in done.stdout


def test_importing_the_plugin_is_cheap() -> None:
    heavy = ("libcst", "rich", "pathspec", "torch", "tomllib")
    script = f"import sys, flake8_torchstyle.plugin; print([n for n in {heavy!r} if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"
