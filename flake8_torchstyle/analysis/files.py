"""The one place where the analysis reads files, and a record of what it wanted to know of them.

A result is as good as long as the same questions get the same answers: that is what the cache goes by. Files need not
lie on this machine's disk, either: `Snapshot` answers from texts that came with the work.
"""

from __future__ import annotations

import functools
import os
import pathlib
import sysconfig
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """What the analysis of one file asked about others.

    `read` are files whose text mattered, `found` are paths with whether there was a file, `trees` are folders whose
    sources were searched (as `Files.sources` lists them).
    """

    read: set[pathlib.Path] = field(default_factory=set)
    found: dict[pathlib.Path, bool] = field(default_factory=dict)
    trees: set[pathlib.Path] = field(default_factory=set)


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
    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys(pathlib.Path(paths[key]) for key in ("purelib", "platlib")))


def _package_sources(entry: os.DirEntry[str]) -> list[str]:
    if not entry.is_dir() or not os.path.isfile(os.path.join(entry.path, "__init__.py")):
        return []
    walked = ((folder, name) for folder, _, names in os.walk(entry.path) for name in names)
    return [os.path.join(folder, name) for folder, name in walked if name.endswith(".py")]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Texts that came with the work; a question they do not answer is noted in `missing` and answered with no.

    `texts` holds None for a path that is known to be no file; `folders` are those of them that exist all the same.
    """

    texts: Mapping[pathlib.Path, bytes | None]
    folders: Collection[pathlib.Path]
    trees: Mapping[pathlib.Path, list[pathlib.Path]]
    packages: tuple[pathlib.Path, ...]
    missing: Asked = field(default_factory=Asked)

    def read(self, path: pathlib.Path) -> bytes | None:
        """The content of a file, if it came along."""
        if path not in self.texts:
            self.missing.read.add(path)
        return self.texts.get(path)

    def exists(self, path: pathlib.Path) -> bool:
        """Whether there is a file or folder, if that came along."""
        if path not in self.texts:
            self.missing.found[path] = False
        return path in self.folders or self.texts.get(path) is not None

    def sources(self, root: pathlib.Path) -> list[pathlib.Path]:
        """The Python files in a folder and in the packages directly below it, if they came along."""
        if root not in self.trees:
            self.missing.trees.add(root)
        return self.trees.get(root, [])

    def installed(self) -> tuple[pathlib.Path, ...]:
        """The folders in which packages are installed where the files come from."""
        return self.packages
