"""Sources that came with the work, where no disk has them: `Files` for a worker of a cluster."""

from __future__ import annotations

import pathlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from .files import Asked


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
