"""Published packages: nothing crashes, what is rewritten compiles, a second run changes nothing, flake8 agrees."""

from __future__ import annotations

import collections
import json
import pathlib
import subprocess
import sys

import pytest

from .conftest import Copy

pytestmark = pytest.mark.ecosystem
# At least so many findings of each kind are in the pinned versions: a run that finds nothing is no success.
FOUND = {
    "timm": {"TS1": 1, "TS2": 1},
    "kornia": {"TS1": 10, "TS2": 10},
    "transformers": {"TS1": 10, "TS2": 60, "TS3": 30},
    "nemo_toolkit": {"TS1": 100, "TS2": 50},
    "espnet": {"TS1": 20, "TS2": 70},
}


def torchstyle(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8_torchstyle", *arguments, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def contents(folder: pathlib.Path) -> dict[pathlib.Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*.py"))}


@pytest.mark.parametrize("name", FOUND)
def test_check_then_fix_then_nothing_left_to_fix(package: Copy, name: str) -> None:
    folder = package(name)
    checked = torchstyle(folder, "check", "--output-format", "json")
    assert (checked.returncode, checked.stderr) == (1, "")
    counts = collections.Counter(finding["code"][:3] for finding in json.loads(checked.stdout))
    assert all(counts[kind] >= least for kind, least in FOUND[name].items()), counts
    before = contents(folder)
    fixed = torchstyle(folder, "fix", "--unsafe-fixes")
    assert fixed.returncode in (0, 1) and fixed.stderr == ""
    after = contents(folder)
    changed = [path for path in before if before[path] != after[path]]
    assert changed
    for path in changed:
        compile(after[path], path, "exec")
    again = torchstyle(folder, "fix", "--unsafe-fixes")
    assert (again.returncode, again.stderr) == (fixed.returncode, "")
    assert contents(folder) == after


@pytest.mark.parametrize("name", ["kornia", "timm"])
def test_flake8_says_the_same(package: Copy, name: str) -> None:
    folder = package(name)
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "TS", "--format", "%(path)s:%(row)d:%(col)d"]
    flake8 = subprocess.run([*command, "."], cwd=folder, capture_output=True, text=True)
    checked = json.loads(torchstyle(folder, "check", "--output-format", "json").stdout)
    places = [
        f"./{pathlib.Path(f['filename']).relative_to(folder)}:{f['location']['row']}:{f['location']['column']}"
        for f in checked
    ]
    assert sorted(flake8.stdout.split()) == sorted(places)
