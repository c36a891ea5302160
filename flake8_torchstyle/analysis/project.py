"""The other files of a project, read as text when a question leads there: never imported, never executed.

Where a name comes from is answered independently of the working directory and of the paths given on the command line:
packages are found by walking up from the file. What cannot be found or parsed is unknown, which is always an answer.
"""

from __future__ import annotations

import functools
import pathlib
import re
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .files import Asked, Disk, Files
from .hierarchy import Hierarchy, statements
from .module_store import ModuleStore, SourceModule
from .names import Binding, BindingKind

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_MAX_IMPORT_HOPS = 40
_MAX_PROJECTS = 8
_MAX_FOLDERS_UP = 4
_MAX_KEPT = 32 << 20
__all__ = ["Definition", "External", "Project", "Resolved", "SourceModule", "Submodule", "Workspace", "disk"]


class Definition(NamedTuple):
    """A binding in a module's own scope."""

    module: SourceModule
    binding: Binding


class External(NamedTuple):
    """A name of a package whose source is not at hand, or one that the linter knows better than its source."""

    qualified: str


class Submodule(NamedTuple):
    """A module as a value."""

    module: SourceModule


Resolved = Definition | External | Submodule


class Workspace:
    """The projects that a run meets, with the files they share. `files` is where sources come from."""

    def __init__(self, files: Files) -> None:
        self.store = ModuleStore(files)
        self._projects: dict[pathlib.Path, Project] = {}

    def project_of(self, path: pathlib.Path) -> Project:
        """The project that a file belongs to: the folder its top-level package lies in."""
        found: dict[pathlib.Path, bool] = {}
        root = path.absolute().parent
        while self._exists(root / "__init__.py", found) and root.parent != root:
            root = root.parent
        if root not in self._projects:
            while len(self._projects) >= _MAX_PROJECTS:
                del self._projects[next(iter(self._projects))]
            above = (folder for folder in (root, *root.parents))
            outer = next((f for f in above if any(self._exists(f / marker, found) for marker in _MARKERS)), None)
            self._projects[root] = Project(root, outer, self.store, found)
        return self._projects[root]

    def _exists(self, path: pathlib.Path, found: dict[pathlib.Path, bool]) -> bool:
        found[path] = self.store.files.exists(path)
        return found[path]


class Project:
    """The files that imports of one source tree can lead to. `found` is what its place in the tree was seen from."""

    def __init__(
        self, root: pathlib.Path, outer: pathlib.Path | None, store: ModuleStore, found: Mapping[pathlib.Path, bool]
    ) -> None:
        self.root = root
        self.asked = Asked()
        self._outer = outer
        self._store = store
        self._place = found
        self._found: dict[tuple[str, str], dict[pathlib.Path, bool]] = {}
        self._calling: dict[str, list[pathlib.Path]] = {}
        self._texts: list[tuple[pathlib.Path, bytes]] | None = None

    def begin(self) -> Asked:
        """Start with another file: forget what need not be kept; gives the record of what will be asked from now on."""
        self._store.trim()
        self.asked = Asked(self._place)
        return self.asked

    def module_at(self, path: pathlib.Path) -> SourceModule | None:
        """The parsed file, or None where it cannot be read or parsed."""
        self.asked.read.add(path)
        return self._store.module_at(path)

    def add(self, module: SourceModule) -> SourceModule:
        """Take a file that the caller has parsed; gives the one known before if that is the same."""
        return self._store.add(module)

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
        best: tuple[SourceModule, list[str]] | None = None
        for base in self._bases(dots, parts, origin):
            for length in range(len(parts), -1 if dots else 0, -1):
                path = self._file_for(base, parts[:length])
                module = self.module_at(path) if path else None
                if module and (best is None or len(parts) - length < len(best[1])):
                    best = module, parts[length:]
                    break
            # Tests may lie in a folder named like the package; the one that holds more of the name is meant.
            if best is not None and len(best[1]) < 2:
                break
        return best

    def _bases(self, dots: int, parts: list[str], origin: SourceModule) -> Iterator[pathlib.Path]:
        """The folders in which a target's first part may lie, most likely first."""
        if dots:
            if origin.path is not None:
                folders = [origin.path.parent, *origin.path.parent.parents]
                yield from folders[dots - 1 : dots]
            return
        if not parts or parts[0] in _KNOWN_BETTER or parts[0] in sys.stdlib_module_names:
            return
        yield self.root
        if self._outer is not None:
            yield from (self._outer, self._outer / "src")
        elif parts[0].isidentifier():
            # Scripts and tests beside a package, in a tree without any file that marks its top.
            above = list(self.root.parents)[:_MAX_FOLDERS_UP]
            yield from (folder for folder in above if self._file_for(folder / parts[0], []))
        for folder in (self.root, *self.root.parents):
            # A folder without `__init__` on the way up cuts a package short: its outermost part is an ancestor.
            if folder.name == parts[0]:
                yield folder.parent
        yield from self._store.files.installed()

    def _file_for(self, base: pathlib.Path, parts: list[str]) -> pathlib.Path | None:
        key = (str(base), ".".join(parts))
        if key not in self._found:
            folder = base.joinpath(*parts)
            candidates = (folder / "__init__.py", folder.parent / f"{folder.name}.py") if parts else ()
            self._found[key] = seen = {}
            for path in candidates or (base / "__init__.py",):
                seen[path] = self._store.files.exists(path)
                if seen[path]:
                    break
        self.asked.found.update(self._found[key])
        return next((path for path, exists in self._found[key].items() if exists), None)

    def _file_below(self, folder: pathlib.Path, name: str) -> pathlib.Path | None:
        return self._file_for(folder, [name])

    @property
    def hierarchy(self) -> Hierarchy:
        """Who derives from whom, among the classes of the project's packages."""
        self.asked.trees.add(self.root)
        return self._hierarchy

    @functools.cached_property
    def _hierarchy(self) -> Hierarchy:
        return Hierarchy({path: statements(text) for path, text in self.texts()})

    def files_that_call(self, name: str) -> list[pathlib.Path]:
        """The files of the project's packages in whose text the name stands before a parenthesis, in order."""
        self.asked.trees.add(self.root)
        if name not in self._calling:
            word = name.encode()
            called = re.compile(rb"%b(?<!\w%b)[ \t]*\(" % (word, word))
            self._calling[name] = [path for path, text in self.texts() if word in text and called.search(text)]
        return self._calling[name]

    def texts(self) -> Iterator[tuple[pathlib.Path, bytes]]:
        """The files of the project's packages with their content, in the order of their paths."""
        self.asked.trees.add(self.root)
        if self._texts is not None:
            yield from self._texts
            return
        kept: list[tuple[pathlib.Path, bytes]] = []
        size = 0
        for path in self._store.files.sources(self.root):
            text = self._store.files.read(path) or b""
            size += len(text)
            if size <= _MAX_KEPT:
                kept.append((path, text))
            yield path, text
        # Larger projects are read anew at each use.
        self._texts = kept if size <= _MAX_KEPT else None


# The knowledge file says more of these than their sources do; torch's own would have to be read for every question.
_KNOWN_BETTER = frozenset({"torch"})


@functools.cache
def disk() -> Workspace:
    """The projects on this machine's disk."""
    return Workspace(Disk())
