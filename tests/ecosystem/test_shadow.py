"""Published packages in shadow: each pending rewrite that a driver executes comes out the same.

The drivers run models with random weights on the CPU; nothing but the packages is downloaded.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass

import pytest

pytestmark = pytest.mark.ecosystem
DRIVERS = pathlib.Path(__file__).parent / "drivers"


@dataclass(frozen=True)
class Package:
    """A package, what it needs apart from torch, and how many of its rewrites the driver executes at least."""

    name: str
    requirements: tuple[str, ...]
    executed: int


_GRAPHS = "aiohttp aiohappyeyeballs aiosignal attrs frozenlist multidict propcache yarl idna psutil pyparsing"
PACKAGES = (
    Package("kornia", ("kornia==0.9.0", "kornia-rs==0.2.0", "numpy", "packaging"), 21),
    Package("torch_geometric", ("torch-geometric==2.8.1", "numpy", "requests", "tqdm", "xxhash", *_GRAPHS.split()), 14),
    Package(
        "torchmetrics", ("torchmetrics==1.9.0", "lightning-utilities", "numpy", "packaging", "typing-extensions"), 5
    ),
)


@pytest.fixture(params=PACKAGES, ids=lambda package: package.name)
def installed(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> tuple[Package, pathlib.Path]:
    """A package in a folder of its own, which leaves the torch at hand alone."""
    package: Package = request.param
    target = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    subprocess.run([*command, *package.requirements], check=True)
    return package, target


def test_executed_rewrites_are_the_same(installed: tuple[Package, pathlib.Path], tmp_path: pathlib.Path) -> None:
    package, site = installed
    driver = str(DRIVERS / f"drive_{package.name}.py")
    environment = os.environ | {"PYTHONPATH": str(site)}
    plain = subprocess.run([sys.executable, driver], env=environment, capture_output=True, text=True, check=True)
    report = tmp_path / "report.json"
    command = ["verify", str(site / package.name), "--report", str(report), "--run", "--", sys.executable, driver]
    done = subprocess.run(
        [sys.executable, "-m", "flake8_torchstyle", *command], env=environment, capture_output=True, text=True
    )
    content = json.loads(report.read_text())
    print(json.dumps({key: content[key] for key in ("counts", "seconds", "seconds_added")}))
    assert done.stdout.startswith(plain.stdout)
    assert done.returncode == 0, done.stdout
    counts = content["counts"]
    assert not {"different", "nondeterministic", "skipped"} & set(counts)
    assert counts["same"] >= package.executed
