"""What is known of classes and functions whose source is not read: `knowledge.toml`, and what torch.nn holds."""

from __future__ import annotations

import enum
import functools
import pathlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

# Classes of torch.nn that are no modules.
_NOT_MODULES = frozenset({"Parameter", "UninitializedParameter", "UninitializedBuffer", "Buffer"})
_MODULE_NAMESPACES = frozenset({"torch.nn", "torch.nn.modules", "torch.ao.nn", "torch.nn.quantized"})


class Kind(enum.Enum):
    """What a class outside the project is."""

    MODULE = enum.auto()
    SOME_MODULE = enum.auto()
    CUSTOM_CALL = enum.auto()
    PLAIN = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The file's content, in a form that is quick to ask."""

    modules: frozenset[str]
    module_packages: tuple[str, ...]
    class_packages: tuple[str, ...]
    module_pattern: re.Pattern[str]
    custom_call: frozenset[str]
    plain: frozenset[str]
    foreign_packages: frozenset[str]
    transparent: frozenset[str]
    wrappers: frozenset[str]
    returns: Mapping[str, str]

    @property
    def custom_call_roots(self) -> list[bytes]:
        """The top-level packages that hold classes with their own `__call__`."""
        return sorted({qualified.partition(".")[0].encode() for qualified in self.custom_call})

    def kind(self, qualified: str) -> Kind:
        """What the class with this absolute name is."""
        if qualified == "an nn.Module":
            return Kind.SOME_MODULE
        package, _, name = qualified.rpartition(".")
        top = qualified.partition(".")[0]
        if qualified in self.custom_call or self._below(qualified):
            return Kind.CUSTOM_CALL
        if qualified in self.modules or _is_torch_nn_class(package, name) or self._is_model_class(package, name):
            return Kind.MODULE
        if qualified in self.plain or top in self.foreign_packages or top in sys.stdlib_module_names:
            return Kind.PLAIN
        return Kind.UNKNOWN

    def _below(self, qualified: str) -> bool:
        parts = qualified.split(".")
        return any(".".join([*parts[:length], "*"]) in self.custom_call for length in range(1, len(parts)))

    def _is_model_class(self, package: str, name: str) -> bool:
        if self.module_pattern.fullmatch(f"{package}.{name}"):
            return True
        packages = (*self.module_packages, *self.class_packages)
        inside = any(package == p or package.startswith(f"{p}.") for p in packages)
        return inside and name[:1].isupper() and not name.endswith(("Weights", "Bundle"))

    def returned_class(self, qualified: str) -> str | None:
        """The class of what a function returns."""
        package, _, name = qualified.rpartition(".")
        if any(package == p or package.startswith(f"{p}.") for p in self.module_packages) and name[:1].islower():
            return self.returns.get(qualified, "torch.nn.Module" if not name.startswith(("list_", "get_")) else None)
        return self.returns.get(qualified)


def _is_torch_nn_class(package: str, name: str) -> bool:
    inside = package in _MODULE_NAMESPACES or package.startswith(("torch.nn.modules.", "torch.ao.nn."))
    return inside and name[:1].isupper() and name not in _NOT_MODULES


@functools.cache
def knowledge() -> Knowledge:
    """The knowledge file, read once."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    with pathlib.Path(__file__).with_name("knowledge.toml").open("rb") as stream:
        raw = tomllib.load(stream)
    return Knowledge(
        modules=frozenset(raw["modules"]),
        module_packages=tuple(raw["module_packages"]),
        class_packages=tuple(raw["class_packages"]),
        module_pattern=re.compile("|".join(raw["module_patterns"])),
        custom_call=frozenset(raw["custom_call"]),
        plain=frozenset(raw["plain"]),
        foreign_packages=frozenset(raw["foreign_packages"]),
        transparent=frozenset(raw["transparent"]),
        wrappers=frozenset(raw["wrappers"]),
        returns=raw["returns"],
    )
