"""The one place where the analysis reads files, and a record of what it wanted to know of them.

A result is as good as long as the same questions get the same answers: that is what the cache goes by.
"""

from __future__ import annotations

import functools
import os
import pathlib
from collections.abc import Mapping
from typing import Protocol


class Asked:
    """What the analysis of one file asked about others, written down as it goes.

    `read` are files whose text mattered, `found` are paths with whether there was a file, `trees` are folders whose
    sources were searched (as `Files.sources` lists them).
    """

    __slots__ = ("found", "read", "trees")

    def __init__(self, found: Mapping[pathlib.Path, bool] | None = None) -> None:
        self.read: set[pathlib.Path] = set()
        self.found: dict[pathlib.Path, bool] = dict(found or {})
        self.trees: set[pathlib.Path] = set()


class Files(Protocol):
    """Where sources come from."""

    def read(self, path: pathlib.Path) -> bytes | None:
        """The content of a file; None where it cannot be read."""

    def exists(self, path: pathlib.Path) -> bool:
        """Whether there is a file or folder."""

    def sources(self, root: pathlib.Path) -> list[pathlib.Path]:
        """The Python files in a folder and in the packages directly below it, sorted."""

    def installed(self) -> tuple[pathlib.Path, ...]:
        """The folders in which packages are installed."""


class Disk:
    """The files of this machine."""

    def read(self, path: pathlib.Path) -> bytes | None:
        """The content of a file; None where it cannot be read."""
        try:
            return path.read_bytes()
        except OSError:
            return None

    def exists(self, path: pathlib.Path) -> bool:
        """Whether there is a file or folder."""
        return path.exists()

    def sources(self, root: pathlib.Path) -> list[pathlib.Path]:
        """The Python files in a folder and in the packages directly below it, sorted."""
        found: list[str] = []
        try:
            with os.scandir(root) as entries:
                for entry in entries:
                    found += [entry.path] if entry.name.endswith(".py") else _package_sources(entry)
        except OSError:
            return []
        return sorted(map(pathlib.Path, found))

    def installed(self) -> tuple[pathlib.Path, ...]:
        """Where packages are installed beside this interpreter."""
        return _installed()


@functools.cache
def _installed() -> tuple[pathlib.Path, ...]:
    import sysconfig

    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys(pathlib.Path(paths[key]) for key in ("purelib", "platlib")))


def _package_sources(entry: os.DirEntry[str]) -> list[str]:
    if not entry.is_dir() or not os.path.isfile(os.path.join(entry.path, "__init__.py")):
        return []
    walked = ((folder, name) for folder, _, names in os.walk(entry.path) for name in names)
    return [os.path.join(folder, name) for folder, name in walked if name.endswith(".py")]
