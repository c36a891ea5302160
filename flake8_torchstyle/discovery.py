"""Which files a run looks at: the paths given, folders walked, `.gitignore` files and exclusions honoured."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .config import Config, relative_to
from .sources import NOTEBOOK_SUFFIX, PYTHON_SUFFIXES

if TYPE_CHECKING:
    from pathspec import PathSpec
    from pathspec.pattern import Pattern

SUFFIXES = tuple(sorted(PYTHON_SUFFIXES | {NOTEBOOK_SUFFIX}))
# Folders that never hold a project's own sources; the list is Ruff's default.
DEFAULT_EXCLUDES = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".git-rewrite",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pants.d",
        ".pyenv",
        ".pytest_cache",
        ".pytype",
        ".ruff_cache",
        ".svn",
        ".torchstyle_cache",
        ".tox",
        ".venv",
        ".vscode",
        "__pycache__",
        "__pypackages__",
        "_build",
        "buck-out",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    }
)
_GITIGNORE = ".gitignore"


class MissingPathError(Exception):
    """A path given that does not exist."""


def discover(paths: Iterable[str], config: Config) -> list[tuple[str, bool]]:
    """The files to look at, sorted, each with whether it was named itself; such a file is never excluded.

    Raises MissingPathError for a path that does not exist.
    """
    found: dict[str, bool] = {}
    for path in paths:
        if os.path.isdir(path):
            for file in _Walk(config).files(path):
                found.setdefault(file, False)
        elif os.path.exists(path):
            found[os.path.normpath(path)] = True
        else:
            raise MissingPathError(f"{path}: no such file or folder")
    return sorted(found.items())


class _Walk:
    """One walk through a folder."""

    def __init__(self, config: Config) -> None:
        self._root = config.root
        self._names = DEFAULT_EXCLUDES if config.exclude is None else frozenset[str]()
        patterns = (*(config.exclude or ()), *config.extend_exclude)
        self._excluded = _spec(patterns) if patterns else None

    def files(self, top: str) -> Iterator[str]:
        """The files below `top`; symbolic links to folders are not followed, so that a loop cannot trap the walk."""
        stack = [(os.path.normpath(top), _inherited(pathlib.Path(top)))]
        while stack:
            folder, ignores = stack.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError:
                continue
            if any(entry.name == _GITIGNORE for entry in entries):
                ignores = (*ignores, *_read_ignores(pathlib.Path(folder)))
            for entry in entries:
                path = entry.path if folder != "." else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in self._names and not self._is_excluded(path, ignores, is_dir=True):
                        stack.append((path, ignores))
                elif entry.name.endswith(SUFFIXES) and not self._is_excluded(path, ignores, is_dir=False):
                    yield path

    def _is_excluded(
        self, path: str, ignores: tuple[tuple[pathlib.Path, PathSpec[Pattern]], ...], *, is_dir: bool
    ) -> bool:
        tail = "/" if is_dir else ""
        if self._excluded and self._excluded.match_file(relative_to(pathlib.Path(path), self._root) + tail):
            return True
        # The innermost .gitignore that says anything of the path decides.
        for folder, spec in reversed(ignores):
            verdict = spec.check_file(relative_to(pathlib.Path(path), folder) + tail).include
            if verdict is not None:
                return verdict
        return False


def _spec(patterns: Iterable[str]) -> PathSpec[Pattern]:
    from pathspec import PathSpec

    return PathSpec.from_lines("gitignore", patterns)


def _inherited(top: pathlib.Path) -> tuple[tuple[pathlib.Path, PathSpec[Pattern]], ...]:
    """The .gitignore files above a folder, outermost first, up to the root of its git repository."""
    top = top.absolute()
    if (top / ".git").exists():
        return ()
    above: list[pathlib.Path] = []
    for folder in top.parents:
        above.append(folder)
        if (folder / ".git").exists():
            return tuple(item for parent in reversed(above) for item in _read_ignores(parent))
    return ()


def _read_ignores(folder: pathlib.Path) -> list[tuple[pathlib.Path, PathSpec[Pattern]]]:
    path = folder / _GITIGNORE
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [(folder.absolute(), _spec(text.splitlines()))]
