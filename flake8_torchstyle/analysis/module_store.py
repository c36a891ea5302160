"""Parsed source files, kept for as long as there is room: many files lead to the same few base classes."""

from __future__ import annotations

import ast
import pathlib
import warnings

from .files import Files
from .names import FileNames

# The tree of a file takes about thirty times the room of its text.
_MAX_TEXT = 3_000_000


class SourceModule:
    """One parsed Python file."""

    def __init__(self, path: pathlib.Path | None, names: FileNames) -> None:
        self.path = path
        self.names = names

    @property
    def is_package(self) -> bool:
        """Whether the file is a package's `__init__`."""
        return self.path is not None and self.path.stem == "__init__"


class ModuleStore:
    """The files parsed so far. A module is one object from one `trim` to the next."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._modules: dict[pathlib.Path, SourceModule | None] = {}
        self._size = 0

    def module_at(self, path: pathlib.Path) -> SourceModule | None:
        """The parsed file, or None where it cannot be read or parsed."""
        if path not in self._modules:
            self._put(path, self._parsed(path))
        return self._modules[path]

    def known(self, path: pathlib.Path, source: str) -> FileNames | None:
        """The names of a file that was read before and had this text then."""
        module = self._modules.get(path)
        return module.names if module is not None and module.names.source == source else None

    def add(self, module: SourceModule) -> SourceModule:
        """Take a file that the caller has parsed; gives the one known before if that is the same."""
        if module.path is None:
            return module
        known = self._modules.get(module.path)
        if known is not None and known.names is module.names:
            return known
        self._put(module.path, module)
        return module

    def trim(self) -> None:
        """Make room: forget the files that came first."""
        while self._size > _MAX_TEXT:
            path = next(iter(self._modules))
            self._size -= _size(self._modules.pop(path))

    def _put(self, path: pathlib.Path, module: SourceModule | None) -> None:
        self._size += _size(module) - _size(self._modules.pop(path, None))
        self._modules[path] = module

    def _parsed(self, path: pathlib.Path) -> SourceModule | None:
        source = self.files.read(path)
        if source is None:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return SourceModule(path, FileNames(tree, source.decode("utf-8", "replace")))


def _size(module: SourceModule | None) -> int:
    return len(module.names.source or "") if module is not None else 0
