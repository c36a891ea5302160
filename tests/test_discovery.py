"""Which files are looked at."""

from __future__ import annotations

import os
import pathlib

import pytest

from flake8_torchstyle.config import Config
from flake8_torchstyle.discovery import MissingPathError, discover


def tree(root: pathlib.Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def found(*paths: str, **settings: tuple[str, ...]) -> list[str]:
    config = Config(root=pathlib.Path.cwd(), **settings)  # type: ignore[arg-type]
    return [path for path, _ in discover(paths or (".",), config)]


def test_suffixes_and_order(project: pathlib.Path) -> None:
    tree(project, "b.py", "a.pyi", "sub/c.ipynb", "d.txt", "e.pyc")
    assert found() == ["a.pyi", "b.py", os.path.join("sub", "c.ipynb")]


def test_a_file_given_twice_is_looked_at_once(project: pathlib.Path) -> None:
    tree(project, "a.py")
    assert found(".", "a.py", "./a.py") == ["a.py"]


def test_default_excludes(project: pathlib.Path) -> None:
    tree(project, "a.py", ".venv/b.py", "node_modules/c.py", "build/d.py", "x/__pycache__/e.py", ".git/f.py")
    assert found() == ["a.py"]
    assert found("build") == [os.path.join("build", "d.py")]
    assert found(".venv/b.py") == [os.path.join(".venv", "b.py")]


def test_exclude_replaces_the_defaults_and_extend_exclude_adds(project: pathlib.Path) -> None:
    tree(project, "a.py", "build/b.py", "old/c.py")
    assert found(exclude=("old",)) == ["a.py", os.path.join("build", "b.py")]
    assert found(extend_exclude=("old/",)) == ["a.py"]


def test_gitignore(project: pathlib.Path) -> None:
    tree(project, "a.py", "out/b.py", "sub/c.py", "sub/keep.py", "sub/deep/d.py", ".git/HEAD")
    (project / ".gitignore").write_text("out/\nkeep.py\n")
    (project / "sub" / ".gitignore").write_text("!keep.py\n/deep\n")
    assert found() == ["a.py", os.path.join("sub", "c.py"), os.path.join("sub", "keep.py")]
    assert found("sub") == [os.path.join("sub", "c.py"), os.path.join("sub", "keep.py")]
    assert found("out/b.py") == [os.path.join("out", "b.py")]


def test_a_loop_of_links_does_not_trap_the_walk(project: pathlib.Path) -> None:
    tree(project, "a/b.py")
    (project / "a" / "loop").symlink_to(project, target_is_directory=True)
    assert found() == [os.path.join("a", "b.py")]


def test_a_missing_path(project: pathlib.Path) -> None:
    with pytest.raises(MissingPathError, match="nowhere"):
        found("nowhere")
