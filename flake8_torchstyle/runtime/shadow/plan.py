"""Which rewrites are pending under some paths, and what a shadowed process has to know of them. Needs no torch."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import pathlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...config import Config
from ...diagnostics import Finding
from ...engine import fix
from ...sources import SourceError, read
from ...suppression import Suppression
from .hook import FOLDER, PLAN
from .instrument import Site, instrument

DEFAULT_CALLS = 100


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """A pending rewrite; `refused` says why it is not shadowed, empty where it is."""

    site: Site
    finding: Finding
    refused: str


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file with pending rewrites; `imports` maps the names that its fixes import to dotted names."""

    path: str
    sha256: str
    sites: tuple[PlannedSite, ...]
    imports: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """What a process needs to instrument the file."""
        sites = [planned.site.as_json() for planned in self.sites if not planned.refused]
        return {"sha256": self.sha256, "sites": sites, "imports": self.imports}


def make_plan(files: Iterable[str], config: Config) -> Iterator[PlannedFile | str]:
    """For each file with pending rewrites what is planned; a text for one that cannot be looked at."""
    for name in files:
        if name.endswith(".py"):
            try:
                planned = _planned(name, config)
            except (SourceError, SyntaxError) as error:
                yield f"{name}: {error}"
                continue
            if planned is not None:
                yield planned


def _planned(name: str, config: Config) -> PlannedFile | None:
    path = pathlib.Path(name)
    source = read(path)
    result = fix(
        source.text, path, config.selection_for(path).includes, unsafe=True, accept=Suppression(source.text).keeps
    )
    if not result.applied:
        return None
    imports = {key: value for key, value in _imports(result.source).items() if key not in _imports(source.text)}
    sites = [_site(name, finding) for finding in result.applied]
    refused = instrument(source.text, sites, imports).refused
    planned = [PlannedSite(s, f, refused.get(s.key, "")) for s, f in zip(sites, result.applied, strict=True)]
    return PlannedFile(os.path.realpath(name), hashlib.sha256(path.read_bytes()).hexdigest(), tuple(planned), imports)


def _site(name: str, finding: Finding) -> Site:
    key = f"{name}:{finding.start.row}:{finding.start.column}:{finding.code}"
    return Site(key, finding.start, finding.end, finding.fix.edits if finding.fix else ())


def _imports(source: str) -> dict[str, str]:
    """The names that a module's imports bind, anywhere in it, with what they are bound to."""
    bound: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                bound[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            bound |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return bound


def write_plan(folder: pathlib.Path, files: Sequence[PlannedFile], calls: int) -> None:
    """Leave in a folder what shadowed processes read; `calls` is how many calls of a site each of them compares."""
    content = {"calls": calls, "files": {file.path: file.as_json() for file in files}}
    (folder / PLAN).write_text(json.dumps(content), encoding="utf-8")


def environment(folder: pathlib.Path, base: dict[str, str]) -> dict[str, str]:
    """The environment in which every Python is shadowed."""
    startup = str(pathlib.Path(__file__).parent / "startup")
    path = os.pathsep.join([startup, *filter(None, [base.get("PYTHONPATH")])])
    return base | {FOLDER: str(folder), "PYTHONPATH": path}
