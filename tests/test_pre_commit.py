"""The hooks, run by the real pre-commit on a real git repository."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from .conftest import ALIAS, FIXED

ROOT = pathlib.Path(__file__).parent.parent


def git(folder: pathlib.Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A repository that holds the package as a user's pre-commit would clone it."""
    folder = tmp_path_factory.mktemp("hooks")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "flake8_torchstyle", folder / "flake8_torchstyle", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "package")
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {**os.environ, "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("cache"))}


def try_repo(
    hooks: pathlib.Path, folder: pathlib.Path, hook: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), hook, "--all-files", "--verbose"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def test_check_fails_then_fix_changes_the_file_then_both_pass(
    hooks: pathlib.Path, tmp_path: pathlib.Path, environment: dict[str, str]
) -> None:
    (tmp_path / "net.py").write_text(ALIAS)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    checked = try_repo(hooks, tmp_path, "torchstyle", environment)
    assert checked.returncode == 1, checked.stderr
    assert "net.py:3:11: TS201" in checked.stdout
    fixed = try_repo(hooks, tmp_path, "torchstyle-fix", environment)
    assert fixed.returncode == 1
    assert "files were modified by this hook" in fixed.stdout
    assert (tmp_path / "net.py").read_text() == FIXED
    assert try_repo(hooks, tmp_path, "torchstyle-fix", environment).returncode == 0
    assert try_repo(hooks, tmp_path, "torchstyle", environment).returncode == 0
