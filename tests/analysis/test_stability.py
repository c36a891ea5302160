"""The same answer whatever the order of files, the number of processes, the working directory and the front end."""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
import sys

import pytest

from .verdicts import NET, findings, verdict, write

FILES = {
    "pkg/__init__.py": "from .nets import Net\n",
    "pkg/nets.py": NET + "net = Net()\nnet.forward(1)\n",
    "pkg/base.py": (
        "from . import Net\n\n\nclass Base:\n    def __init__(self, net, other=None):\n        self.net = net\n"
        "        self.mine = Net()\n\n    def run(self, x):\n        self.mine.forward(x)\n"
        "        return self.net.forward(x)\n"
    ),
    "pkg/special.py": (
        "from .base import Base\nfrom .nets import Custom, Net\n\n\nclass Special(Net):\n"
        "    def __call__(self, x): ...\n\n\nclass Runner(Base):\n    def __init__(self):\n"
        "        super().__init__(Net())\n        self.mine = Custom()\n"
    ),
    "pkg/use.py": (
        "from .base import Base\nfrom .nets import Net\n\n\ndef run(net: Net, x):\n    net.forward(x)\n"
        "    Net().forward(x)\n    return Base(Net()).net.forward(x)\n"
    ),
}
EXPECTED = {
    ("pkg/base.py", 10, "TS102"),
    ("pkg/base.py", 11, "TS102"),
    ("pkg/nets.py", NET.count("\n") + 1, "TS101"),
    ("pkg/use.py", 6, "TS102"),
    ("pkg/use.py", 7, "TS101"),
    ("pkg/use.py", 8, "TS102"),
}


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    write(tmp_path, FILES)
    return tmp_path


def reported(folder: pathlib.Path, cwd: pathlib.Path, *arguments: str) -> set[tuple[str, int, str]]:
    command = [sys.executable, "-m", "flake8_torchstyle", "check", "--no-cache", "--select", "TS101,TS102"]
    done = subprocess.run(
        [*command, "--output-format", "json", *arguments], capture_output=True, text=True, cwd=cwd, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return {
        ((cwd / f["filename"]).resolve().relative_to(folder.resolve()).as_posix(), f["location"]["row"], f["code"])
        for f in json.loads(done.stdout)
    }


def test_the_folder(folder: pathlib.Path) -> None:
    assert reported(folder, folder, ".") == EXPECTED


def test_another_working_directory(folder: pathlib.Path) -> None:
    (folder / "elsewhere").mkdir()
    assert reported(folder, folder / "elsewhere", "..") == EXPECTED
    assert reported(folder, folder / "pkg", ".") == EXPECTED


def test_several_processes(folder: pathlib.Path) -> None:
    assert reported(folder, folder, "--jobs", "2", ".") == EXPECTED


@pytest.mark.parametrize("order", [sorted(FILES), sorted(FILES, reverse=True)], ids=["forwards", "backwards"])
def test_the_order_of_files(folder: pathlib.Path, order: list[str]) -> None:
    found = {(name, f.start.row, f.code) for name in order for f in findings(folder / name)}
    assert found == EXPECTED


def test_one_file_at_a_time(folder: pathlib.Path) -> None:
    found = {item for name in FILES for item in reported(folder, folder, name)}
    assert found == EXPECTED


def test_flake8(folder: pathlib.Path) -> None:
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "TS101,TS102", "--jobs", "1"]
    done = subprocess.run([*command, "."], capture_output=True, text=True, cwd=folder, check=False)
    found = set()
    for line in done.stdout.splitlines():
        path, row, _, rest = line.split(":", 3)
        found.add((pathlib.PurePosixPath(path).as_posix(), int(row), rest.split()[0]))
    assert found == EXPECTED


def test_asking_twice_gives_the_same(folder: pathlib.Path) -> None:
    path = folder / "pkg/base.py"
    assert [*map(verdict, findings(path))] == [*map(verdict, findings(path))]


DEEP = {
    "attributes": "x" + ".a" * 3000 + ".forward(1)\n",
    "calls": "from torch import nn\nn = nn.Sequential(" + "nn.Sequential(" * 60 + ")" * 61 + "\nn.forward(1)\n",
    "assignments": "from torch import nn\n"
    + "".join(f"v{i} = v{i - 1}\n" if i else "v0 = nn.ReLU()\n" for i in range(800))
    + "v799.forward(1)\n",
    "inheritance": "from torch import nn\n\n\nclass C0(nn.Module): ...\n"
    + "".join(f"class C{i}(C{i - 1}): ...\n" for i in range(1, 400))
    + "C399().forward(1)\n",
    "functions": "".join(f"def f{i}():\n    return f{i + 1}()\n" for i in range(300)) + "f0().forward(1)\n",
    "operators": "y = [" + " + ".join(["[1]"] * 2000) + "]\ny.forward(1)\n",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in DEEP.items()])
def test_deep_code_ends_in_an_answer_or_a_syntax_error(tmp_path: pathlib.Path, text: str) -> None:
    path = tmp_path / "deep.py"
    path.write_text(text)
    with contextlib.suppress(SyntaxError):
        assert all(finding.code in ("TS101", "TS102") for finding in findings(path))


def test_a_long_file(tmp_path: pathlib.Path) -> None:
    text = "from torch import nn\n\n\n" + "".join(
        f"class Net{i}(nn.Module):\n    def run(self, x):\n        return self.forward(x)\n\n\n" for i in range(400)
    )
    path = tmp_path / "long.py"
    path.write_text(text)
    assert len(findings(path)) == 400
