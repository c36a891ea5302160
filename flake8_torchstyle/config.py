"""Which rules are on and which files are looked at: command line options and `[tool.torchstyle]` in pyproject.toml."""

from __future__ import annotations

import pathlib
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_SELECTOR = re.compile(r"ALL|TS\d{0,3}")
# Where `check` keeps results, in the root of a project.
CACHE_FOLDER = ".torchstyle_cache"
_TABLE = "tool.torchstyle"


class ConfigError(Exception):
    """A setting that cannot be used; the text names it and says why."""


class Selection(NamedTuple):
    """Which codes are on. The most specific selector that matches a code decides, `ignore` before `select` on a tie."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()

    def includes(self, code: str) -> bool:
        """Whether the rule with this code is on."""
        chosen = _specificity(self.select, code)
        return chosen >= 0 and chosen > _specificity(self.ignore, code)


def _specificity(selectors: tuple[str, ...], code: str) -> int:
    """Length of the longest selector that matches, 0 for ALL, -1 where none does."""
    return max((len(s) if s != "ALL" else 0 for s in selectors if s == "ALL" or code.startswith(s)), default=-1)


class Config(NamedTuple):
    """All settings of a run. Patterns in `exclude` and `per_file_ignores` are relative to `root`."""

    root: pathlib.Path
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] | None = None
    extend_exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unsafe_fixes: bool = False
    jobs: int | None = None

    def selection_for(self, path: pathlib.Path | None) -> Selection:
        """The rules that are on in a file."""
        ignored = tuple(code for codes in self._ignored_in(path) for code in codes)
        return Selection((*self.select, *self.extend_select), (*self.ignore, *ignored))

    def _ignored_in(self, path: pathlib.Path | None) -> list[tuple[str, ...]]:
        if path is None or not self.per_file_ignores:
            return []
        from pathspec import PathSpec

        relative = relative_to(path, self.root)
        return [
            codes
            for pattern, codes in self.per_file_ignores
            if PathSpec.from_lines("gitignore", [pattern]).match_file(relative)
        ]


def relative_to(path: pathlib.Path, root: pathlib.Path) -> str:
    """A path as patterns see it: relative to `root` where it lies inside, with forward slashes."""
    absolute = pathlib.Path(path).absolute()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else absolute.as_posix().lstrip("/")


def parse_selectors(value: str, origin: str) -> tuple[str, ...]:
    """Selectors from a comma-separated text.

    Raises ConfigError for a word that is not a rule code, the beginning of one, or ALL.
    """
    words = tuple(word.strip().upper() for word in re.split(r"[,\s]+", value) if word.strip())
    for word in words:
        check_selector(word, origin)
    return words


def check_selector(word: str, origin: str) -> None:
    """Raises ConfigError when no rule's code begins with `word`."""
    from .rules import known_codes

    codes = known_codes()
    if not _SELECTOR.fullmatch(word) or not (word == "ALL" or any(code.startswith(word) for code in codes)):
        known = ", ".join(codes)
        raise ConfigError(f"{origin}: no rule matches {word!r}; rules: {known} (TS, TS1, ... and ALL work too)")


def load(start: pathlib.Path) -> Config:
    """The settings of the nearest pyproject.toml at or above `start` that has a `[tool.torchstyle]` table.

    Raises ConfigError for a file that is not TOML, an unknown key or a value of the wrong type.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if "torchstyle" in text and (table := _table(path, text)) is not None:
            return _configured(folder, path, table)
    return Config(root=start)


def _table(path: pathlib.Path, text: str) -> dict[str, Any] | None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib  # the standard library's, published for Python 3.10
    try:
        found = tomllib.loads(text).get("tool", {}).get("torchstyle")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    if found is not None and not isinstance(found, dict):
        raise ConfigError(f"{path}: {_TABLE} must be a table")
    return found


def _configured(root: pathlib.Path, path: pathlib.Path, table: dict[str, Any]) -> Config:
    settings: dict[str, Any] = {}
    for key, value in table.items():
        reader = _READERS.get(key)
        if reader is None:
            raise ConfigError(f"{path}: unknown key {key!r} in [{_TABLE}]; known: {', '.join(_READERS)}")
        settings[key.replace("-", "_")] = reader(value, f"{path}: {key}")
    return Config(root=root, **settings)


def _strings(value: object, origin: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{origin} must be a list of strings")
    return tuple(value)


def _selectors(value: object, origin: str) -> tuple[str, ...]:
    words = tuple(word.upper() for word in _strings(value, origin))
    for word in words:
        check_selector(word, origin)
    return words


def _ignores(value: object, origin: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ConfigError(f"{origin} must be a table of file patterns")
    return tuple((pattern, _selectors(codes, f"{origin}.{pattern}")) for pattern, codes in value.items())


def _flag(value: object, origin: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{origin} must be true or false")
    return value


def _count(value: object, origin: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigError(f"{origin} must be a number from 1")
    return value


_READERS: Mapping[str, Callable[[object, str], object]] = {
    "select": _selectors,
    "ignore": _selectors,
    "extend-select": _selectors,
    "exclude": _strings,
    "extend-exclude": _strings,
    "per-file-ignores": _ignores,
    "unsafe-fixes": _flag,
    "jobs": _count,
}
