"""How much is done for how much source: files parsed, nodes placed, expressions given to libcst. Work, not time."""

from __future__ import annotations

import ast
import pathlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable

import libcst as cst
import pytest

from flake8_torchstyle import engine
from flake8_torchstyle.analysis import module_store, project, scopes
from flake8_torchstyle.analysis.files import Disk
from flake8_torchstyle.config import Config
from flake8_torchstyle.runner import CheckTask, run

from .conftest import ALIAS, CLEAN

PLAIN = "import os\n\n\ndef forward(x):\n    return os.path.join(x)\n\n\ny = forward('')\n"
MODULE = (
    "from torch import nn\n\n\nclass {name}(nn.Module):\n    def forward(self, x):\n        return super().forward(x)\n"
)
CALLS = "from .parts.base{number} import Base{number}\n\nnet = Base{number}()\ny = net.forward(1)\n"
UNRELATED = (
    "\n\ndef helper{number}(a, b):\n    c = [a + i * b for i in range(10)]\n    return {{'c': c, 'd': a[b].e(c)}}\n"
)
Files = dict[str, str]


def tree(size: int) -> Files:
    """A package in which, for each unit of `size`, three of ten files hold a candidate and two of those a forward."""
    files: Files = {"net/__init__.py": "", "net/parts/__init__.py": ""}
    for n in range(size):
        files |= {f"net/plain{n}_{k}.py": PLAIN for k in range(3)}
        files |= {f"net/clean{n}_{k}.py": CLEAN for k in range(2)}
        files |= {f"net/module{n}_{k}.py": MODULE.format(name=f"Other{n}") for k in range(2)}
        files |= {f"net/alias{n}.py": ALIAS, f"net/calls{n}.py": CALLS.format(number=n)}
        files |= {f"net/parts/base{n}.py": MODULE.format(name=f"Base{n}")}
    return files


@pytest.fixture
def work(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Files], Counter[str]]:
    """Counts what a run over some files does."""
    counts: Counter[str] = Counter()

    def counting(module: object, name: str, label: str) -> None:
        original = getattr(module, name)

        def counted(*arguments: object, **keywords: object) -> object:
            counts[label] += 1
            return original(*arguments, **keywords)

        monkeypatch.setattr(module, name, counted)

    def walked(self: scopes.ScopeBuilder, items: Iterable[object]) -> None:
        before = len(self._parents)
        original_walk(self, items)
        counts["nodes placed"] += len(self._parents) - before

    original_walk = scopes.ScopeBuilder._walk
    monkeypatch.setattr(scopes.ScopeBuilder, "_walk", walked)
    counting(engine, "parse", "files parsed")
    counting(module_store.ModuleStore, "_parsed", "files parsed")
    counting(cst, "parse_module", "expressions")

    def run_counted(files: Files) -> Counter[str]:
        counts.clear()
        project.disk.cache_clear()
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        reports = list(run(CheckTask(Config(tmp_path)), [(str(tmp_path / name), False) for name in files], jobs=1))
        counts["findings"] = sum(len(report.reported) for report in reports)
        return Counter(counts)

    return run_counted


def test_only_candidates_and_what_they_lead_to_are_parsed(work: Callable[[Files], Counter[str]]) -> None:
    done = work(tree(20))
    assert done["findings"] == 40
    # Of 202 files: 20 aliases, 20 forward calls, their 20 base classes, the two `__init__` on the way.
    assert done["files parsed"] <= 62
    assert done["expressions"] == 40


def test_work_grows_with_the_tree_and_not_faster(work: Callable[[Files], Counter[str]]) -> None:
    small, large = work(tree(10)), work(tree(40))
    for label in ("files parsed", "nodes placed", "expressions"):
        assert large[label] <= 4 * small[label]


@pytest.mark.parametrize("first", ["", "if n := 1:\n    pass\n", "def f():\n    global n\n"])
def test_code_around_a_candidate_is_not_walked(work: Callable[[Files], Counter[str]], first: str) -> None:
    alias = ALIAS + first
    around = "".join(UNRELATED.format(number=number) for number in range(200))
    bare = work({"a.py": alias})
    full = work({"a.py": alias + around})
    assert full["findings"] == bare["findings"] == 1
    size = sum(1 for _ in ast.walk(ast.parse(around)))
    assert full["nodes placed"] - bare["nodes placed"] <= 200 < size / 20


def test_a_file_is_parsed_once_however_many_lead_to_it(work: Callable[[Files], Counter[str]]) -> None:
    files: Files = {
        "net/__init__.py": "",
        "net/parts/__init__.py": "",
        "net/parts/base0.py": MODULE.format(name="Base0"),
    }
    files |= {f"net/calls{n}.py": CALLS.format(number=0) for n in range(30)}
    done = work(files)
    assert done["findings"] == 30
    assert done["files parsed"] <= 33


def test_other_files_are_read_once_for_all_questions(
    work: Callable[[Files], Counter[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[pathlib.Path] = Counter()
    original = Disk.read

    def counted(self: Disk, path: pathlib.Path) -> bytes | None:
        read[path] += 1
        return original(self, path)

    monkeypatch.setattr(Disk, "read", counted)
    # Who derives from a class, and what is passed for a parameter: both take a look at every text.
    user = "from .parts.base0 import Base0\n\n\ndef run(net, other: Base0):\n    return other.forward(net.forward(1))\n"
    done = work(tree(5) | {"net/user.py": user, "net/main.py": "from .user import run\n\nrun(print, print)\n"})
    assert done["findings"] == 11
    # Once with all others, and once more when it is parsed.
    assert max(read.values()) == 2


def long_file(size: int) -> str:
    """One file with many classes, each with what every rule looks at."""
    head = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
    unit = (
        "\n\nclass Net{n}(nn.Module):\n    def __init__(self, other):\n        super().__init__()\n"
        "        self.layer = nn.Linear(2, 2)\n        self.other = other\n        self.parts = [self.layer]\n"
        "        self.parts.append(other)\n\n    def forward(self, x):\n        if isinstance(self.other, nn.Linear):\n"
        "            x = self.other.forward(x)\n        for part in self.parts:\n            x = part.forward(x)\n"
        "        p = F.softmax(self.layer.forward(x), 1)\n        return nn.ReLU()(torch.log(torch.softmax(p, 1)))\n"
    )
    return head + "".join(unit.format(n=n) for n in range(size))


def long_function(size: int) -> str:
    """One function with many statements, below a test of what a variable is."""
    head = "from torch import nn\n\n\nclass Net(nn.Module):\n    pass\n\n\ndef run(net, other):\n"
    head += "    assert isinstance(net, Net)\n"
    unit = "    a{n} = [other, {n}]\n    other = net.forward(a{n})\n"
    return head + "".join(unit.format(n=n) for n in range(size))


@pytest.mark.parametrize("source", [long_file, long_function])
def test_work_grows_with_the_file_and_not_faster(
    work: Callable[[Files], Counter[str]], source: Callable[[int], str]
) -> None:
    work({"a.py": source(2)})
    small, large = (calls_made(lambda n=n: work({"a.py": source(n)})) for n in (30, 120))
    assert large <= 4.2 * small


def calls_made(action: Callable[[], object]) -> int:
    """How many functions are called, those written in C included."""
    count = 0

    def counting(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count
