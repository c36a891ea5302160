"""Give a process the instrumented modules: imported ones, the script that is run, and what pytest rewrites.

Modules are taken at `SourceFileLoader.get_code`, where every way of importing a file passes: `import`, `python -m`,
loaders made by hand. A script is taken by a path hook: Python asks `sys.path_hooks` whether the script is a zip file or
a folder with a `__main__` in it before it reads it as text, and so do `runpy` and processes that `multiprocessing`
spawns. Neither reads or writes compiled files.
"""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import sys
import types
from typing import Any

from .records import Records

FOLDER = "TORCHSTYLE_SHADOW"
PLAN = "plan.json"


class Shadow:
    """What a process needs to know: the planned files, how many calls to compare, where to keep records."""

    def __init__(self, folder: pathlib.Path) -> None:
        plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        self.calls: int = plan["calls"]
        self.records = Records(folder)
        self._files: dict[str, dict[str, Any]] = plan["files"]
        self._names = {os.path.basename(file) for file in self._files}

    def planned(self, path: str) -> str | None:
        """The name under which a path is in the plan, if it is."""
        if os.path.basename(path) not in self._names:
            return None
        real = os.path.realpath(path)
        return real if real in self._files else None

    def tree_of(self, path: str) -> tuple[Any, bytes] | None:
        """The instrumented tree of a planned file and its bytes; None where the file is to be left as it is."""
        file = self.planned(path)
        if file is None:
            return None
        try:
            data = pathlib.Path(file).read_bytes()
            if hashlib.sha256(data).hexdigest() != self._files[file]["sha256"]:
                self.records.loaded(file, "changed since it was looked at")
                return None
            tree = _instrumented(importlib.util.decode_source(data), self._files[file])
        except (OSError, SyntaxError, ValueError) as error:
            self.records.loaded(file, f"{type(error).__name__}: {error}")
            return None
        self.records.loaded(file)
        return tree, data


def _instrumented(source: str, planned: dict[str, Any]) -> Any:
    # Imported here: a process that executes no planned file does without.
    from .instrument import Site, instrument

    return instrument(source, [Site.from_json(site) for site in planned["sites"]], planned["imports"]).tree


class _Hook:
    """What is installed in this process, and how to take it out again."""

    shadow: Shadow | None = None
    loader_method: Any = None


def current() -> Shadow | None:
    """The shadow of this process, while there is one."""
    return _Hook.shadow


def install() -> None:
    """Instrument the planned modules of this process from now on."""
    if _Hook.shadow is None:
        shadow = _Hook.shadow = Shadow(pathlib.Path(os.environ[FOLDER]))
        _take_loader(shadow)
        sys.path_hooks.insert(0, _ScriptFinder)


def uninstall() -> None:
    """Load modules as ever from now on; the instrumented ones that are loaded run their old spellings."""
    if _Hook.shadow is not None:
        _Hook.shadow.records.close()
        _Hook.shadow = None
        importlib.machinery.SourceFileLoader.get_code = _Hook.loader_method  # type: ignore[method-assign]
        sys.path_hooks.remove(_ScriptFinder)


def _take_loader(shadow: Shadow) -> None:
    original = _Hook.loader_method = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: Any, fullname: str) -> types.CodeType | None:
        found = shadow.tree_of(self.path)
        if found is None:
            return original(self, fullname)
        instrumented: types.CodeType = self.source_to_code(found[0], self.path)
        return instrumented

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


class _ScriptFinder:
    """Finds `__main__` in a script, as if that were a zip file.

    Raises ImportError for a path that is not a planned file, as a path hook has to.
    """

    def __init__(self, path: str) -> None:
        if not path.endswith(".py") or _Hook.shadow is None or _Hook.shadow.planned(path) is None:
            raise ImportError
        self._path = path

    def find_spec(self, fullname: str, target: types.ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        """The spec of the script if it is asked for."""
        if fullname != "__main__":
            return None
        return importlib.util.spec_from_loader(fullname, _ScriptLoader(fullname, self._path))


class _ScriptLoader(importlib.machinery.SourceFileLoader):
    """Loads a script so that it finds itself as Python leaves a script: `__spec__` None, its folder on the path."""

    def get_code(self, fullname: str) -> types.CodeType | None:
        """A statement that runs the script in the namespace it is executed in."""
        statement = f"__import__({__name__!r}, fromlist=['run_script']).run_script(globals(), {self.path!r})"
        return compile(statement, "<torchstyle>", "exec")


def run_script(namespace: dict[str, Any], path: str) -> None:
    """Execute a script in a namespace."""
    file = os.path.abspath(path)
    loader = importlib.machinery.SourceFileLoader(namespace["__name__"], file)
    namespace |= {"__file__": file, "__cached__": None, "__spec__": None, "__package__": None, "__loader__": loader}
    if namespace["__name__"] == "__main__" and sys.path and sys.path[0] == path:
        sys.path[:1] = [] if getattr(sys.flags, "safe_path", False) else [os.path.dirname(os.path.realpath(file))]
    code = loader.get_code(namespace["__name__"])
    if code is None:
        raise ImportError(f"cannot load {file}")
    exec(code, namespace)


def take_assertion_rewriting() -> None:
    """Have pytest rewrite the assertions of instrumented trees, in the modules that it rewrites."""
    from _pytest.assertion import rewrite

    for finder in sys.meta_path:
        if isinstance(finder, rewrite.AssertionRewritingHook):
            _take_rewriter(finder, rewrite)


def _take_rewriter(finder: Any, rewrite: Any) -> None:
    original = finder.exec_module

    def exec_module(module: types.ModuleType) -> None:
        path = module.__spec__.origin if module.__spec__ else None
        found = _Hook.shadow.tree_of(path) if path and _Hook.shadow else None
        if found is None or path is None:
            original(module)
            return
        tree, data = found
        rewrite.rewrite_asserts(tree, data, path, finder.config)
        finder._rewritten_names[module.__name__] = pathlib.Path(path)
        exec(compile(tree, path, "exec", dont_inherit=True), module.__dict__)

    finder.exec_module = exec_module
