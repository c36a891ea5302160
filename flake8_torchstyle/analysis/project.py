"""The other files of a project, read as text when a question leads there: never imported, never executed.

Where a name comes from is answered independently of the working directory and of the paths given on the command line:
packages are found by walking up from the file. What cannot be found or parsed is unknown, which is always an answer.
"""

from __future__ import annotations

import ast
import functools
import pathlib
import sys
import sysconfig
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from .names import Binding, BindingKind, FileNames
from .overrides import OverrideIndex

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_MAX_IMPORT_HOPS = 40


class SourceModule:
    """One parsed Python file."""

    def __init__(self, path: pathlib.Path | None, names: FileNames) -> None:
        self.path = path
        self.names = names

    @property
    def is_package(self) -> bool:
        """Whether the file is a package's `__init__`."""
        return self.path is not None and self.path.stem == "__init__"

    @functools.cached_property
    def call_overrides(self) -> tuple[ast.ClassDef, ...]:
        """The classes that say `def __call__`."""
        return tuple(node for node in ast.walk(self.names.tree) if _says_call(node))


@dataclass(frozen=True, slots=True)
class Definition:
    """A binding in a module's own scope."""

    module: SourceModule
    binding: Binding


@dataclass(frozen=True, slots=True)
class External:
    """A name of a package whose source is not at hand, or one that the linter knows better than its source."""

    qualified: str


@dataclass(frozen=True, slots=True)
class Submodule:
    """A module as a value."""

    module: SourceModule


Resolved = Definition | External | Submodule


class Project:
    """The files that imports of one source tree can lead to; each is parsed at most once."""

    def __init__(self, root: pathlib.Path, outer: pathlib.Path | None) -> None:
        self.root = root
        self._outer = outer
        self._modules: dict[pathlib.Path, SourceModule | None] = {}
        self._found: dict[tuple[str, str], pathlib.Path | None] = {}

    @classmethod
    def for_file(cls, path: pathlib.Path) -> Project:
        """The project that a file belongs to: the folder its top-level package lies in."""
        folder = path.absolute().parent
        root = folder
        while (root / "__init__.py").exists() and root.parent != root:
            root = root.parent
        return _project(root)

    def module_at(self, path: pathlib.Path) -> SourceModule | None:
        """The parsed file, or None where it cannot be read or parsed."""
        if path not in self._modules:
            self._modules[path] = _read(path)
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
        if known is None or known.names is not module.names:
            self._modules[module.path] = known = module
        return known

    def resolve(self, target: str, origin: SourceModule) -> list[Resolved]:
        """What an import target stands for, as written in `origin` (relative ones keep their leading dots)."""
        return self._resolve(target, origin, _MAX_IMPORT_HOPS)

    def _resolve(self, target: str, origin: SourceModule, hops: int) -> list[Resolved]:
        if hops == 0:
            return []
        located = self._locate(target, origin)
        if located is None:
            return [External(target)] if not target.startswith(".") else []
        module, rest = located
        if not rest:
            return [Submodule(module)]
        return self.member(module, rest, hops - 1)

    def member(self, module: SourceModule, rest: list[str], hops: int = _MAX_IMPORT_HOPS) -> list[Resolved]:
        """What `module.rest[0].rest[1]...` stands for; several answers where a name is bound several times."""
        if hops == 0:
            return []
        name, *deeper = rest
        found: list[Resolved] = []
        for binding in module.names.module_scope.bindings.get(name, []):
            if binding.kind is BindingKind.IMPORT and binding.target:
                found += self._resolve(".".join([binding.target, *deeper]), module, hops - 1)
            elif not deeper:
                found.append(Definition(module, binding))
        if not found:
            found = self._from_stars(module, rest, hops)
        if not found and module.is_package and module.path is not None:
            inner = self._file_below(module.path.parent, name)
            submodule = self.module_at(inner) if inner else None
            if submodule:
                return self.member(submodule, deeper, hops - 1) if deeper else [Submodule(submodule)]
        return found

    def _from_stars(self, module: SourceModule, rest: list[str], hops: int) -> list[Resolved]:
        for star in module.names.star_imports:
            for source in self._resolve(star, module, hops - 1):
                if isinstance(source, Submodule) and source.module is not module:
                    found = self.member(source.module, rest, hops - 1)
                    if found:
                        return found
        return []

    def _locate(self, target: str, origin: SourceModule) -> tuple[SourceModule, list[str]] | None:
        """The file that holds the longest beginning of a dotted target, and the rest of the target."""
        dots = len(target) - len(target.lstrip("."))
        parts = [part for part in target[dots:].split(".") if part]
        for base in self._bases(dots, parts, origin):
            for length in range(len(parts), -1 if dots else 0, -1):
                path = self._file_for(base, parts[:length])
                module = self.module_at(path) if path else None
                if module:
                    return module, parts[length:]
        return None

    def _bases(self, dots: int, parts: list[str], origin: SourceModule) -> Iterator[pathlib.Path]:
        """The folders in which a target's first part may lie, most likely first."""
        if dots:
            if origin.path is not None:
                folder = origin.path.parent
                yield folder.parents[dots - 2] if dots > 1 else folder
            return
        if not parts or parts[0] in _KNOWN_BETTER or parts[0] in sys.stdlib_module_names:
            return
        yield self.root
        if self._outer is not None:
            yield from (self._outer, self._outer / "src")
        for folder in (self.root, *self.root.parents):
            # A folder without `__init__` on the way up cuts a package short: its outermost part is an ancestor.
            if folder.name == parts[0]:
                yield folder.parent
        yield from _installed_roots()

    def _file_for(self, base: pathlib.Path, parts: list[str]) -> pathlib.Path | None:
        key = (str(base), ".".join(parts))
        if key not in self._found:
            folder = base.joinpath(*parts)
            candidates = (folder / "__init__.py", folder.parent / f"{folder.name}.py") if parts else ()
            self._found[key] = next((path for path in (candidates or (base / "__init__.py",)) if path.is_file()), None)
        return self._found[key]

    def _file_below(self, folder: pathlib.Path, name: str) -> pathlib.Path | None:
        return self._file_for(folder, [name])

    def call_overrides(self, below: Iterable[str]) -> Iterator[tuple[SourceModule, ast.ClassDef]]:
        """Classes of the project's packages that say `def __call__`, in the order of their files.

        Left out are those that cannot derive from a class with one of the names `below`.
        """
        for path in self._overrides.below(below):
            module = self.module_at(path)
            if module:
                yield from ((module, node) for node in module.call_overrides)

    @functools.cached_property
    def _overrides(self) -> OverrideIndex:
        return OverrideIndex(self._own_files(), self.root, _text)

    def _own_files(self) -> list[pathlib.Path]:
        """The Python files of the packages at the root, or those beside the file where it is in no package."""
        packages = [entry for entry in self.root.iterdir() if (entry / "__init__.py").is_file()]
        nested = [path for package in packages for path in package.rglob("*.py")]
        return sorted([*self.root.glob("*.py"), *nested])


def _says_call(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == "__call__" for item in node.body
    )


# The knowledge file says more of these than their sources do; torch's own would have to be read for every question.
_KNOWN_BETTER = frozenset({"torch"})


@functools.cache
def _project(root: pathlib.Path) -> Project:
    outer = next((folder for folder in (root, *root.parents) if any((folder / m).exists() for m in _MARKERS)), None)
    return Project(root, outer)


@functools.cache
def _installed_roots() -> tuple[pathlib.Path, ...]:
    """Where packages are installed beside this interpreter."""
    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys(pathlib.Path(paths[key]) for key in ("purelib", "platlib")))


def _text(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _read(path: pathlib.Path) -> SourceModule | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = path.read_bytes()
            tree = ast.parse(source)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return SourceModule(path, FileNames(tree, source.decode("utf-8", "replace")))
