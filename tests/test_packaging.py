"""The distribution: builds, passes twine's check, holds its data and declares no torch."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import zipfile
from importlib import metadata

import pytest

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_twine_accepts_it(wheel: pathlib.Path) -> None:
    files = [str(path) for path in wheel.parent.iterdir()]
    assert len(files) == 2
    done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_data_files_are_in_the_wheel(wheel: pathlib.Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in ("analysis/knowledge.toml", "demo/mlp.py", "py.typed"):
        assert f"flake8_torchstyle/{name}" in names
    assert not any(name.startswith("tests/") for name in names)


def test_torch_is_needed_for_nothing_but_the_proof() -> None:
    needed = [line for line in metadata.requires("flake8-torchstyle") or [] if "extra ==" not in line]
    assert not any(line.startswith("torch") for line in needed)
    assert any(line.startswith("libcst") for line in needed)
