"""What an expression can be, as far as the question "is this an nn.Module?" needs to know."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from .project import SourceModule

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Evidence(NamedTuple):
    """One step of a proof: what was seen, and where. `path` is None for the file under the linter's eyes on stdin."""

    text: str
    path: pathlib.Path | None
    row: int


class ProjectClass(NamedTuple):
    """A class whose source is at hand."""

    module: SourceModule
    node: ast.ClassDef

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.node.name


class ExternalClass(NamedTuple):
    """A class known by its absolute name only."""

    qualified: str

    @property
    def name(self) -> str:
        """The name without its package."""
        return self.qualified


ClassRef = ProjectClass | ExternalClass
MODULE_ROOT = ExternalClass("torch.nn.Module")
# Certainly a module, but of a class that nobody named: what a ModuleList of unknown content holds.
SOME_MODULE = ExternalClass("an nn.Module")


# Kinds that have the fields of another are dataclasses: named tuples are equal when their fields are.
@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class; `exact` when it was seen being built, else it may be of a subclass."""

    cls: ClassRef
    exact: bool = True


@dataclass(frozen=True, slots=True)
class ClassObject:
    """A class as a value; `exact` unless it may be a subclass (`cls` in a class method, `type[Net]`)."""

    cls: ClassRef
    exact: bool = True


class FunctionRef(NamedTuple):
    """A function or method as a value; `owner` is what it is bound to."""

    module: SourceModule
    node: FunctionNode | ast.Lambda
    owner: Instance | ClassObject | None = None


class ModuleRef(NamedTuple):
    """A Python module as a value."""

    module: SourceModule


class ExternalRef(NamedTuple):
    """Something outside the project, known by its absolute name only."""

    qualified: str


class Items(NamedTuple):
    """A container: what iterating or subscripting it gives. `cls` is the module class of an nn container."""

    elements: Value
    cls: ClassRef | None = None


class TupleOf(NamedTuple):
    """A tuple whose items are told apart."""

    items: tuple[Value, ...]


class ExternalMethod(NamedTuple):
    """A method of an object whose class is not read."""

    owner: Instance | Items
    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Could be anything."""


Type = Instance | ClassObject | FunctionRef | ModuleRef | ExternalRef | Items | TupleOf | ExternalMethod | Unknown
# The alternatives; none at all means that nothing is known yet (a cycle, `None`).
Value = tuple[Type, ...]
NOTHING: Value = ()
UNKNOWN: Value = (Unknown(),)


def union(values: Iterable[Value]) -> Value:
    """All alternatives, each once."""
    return tuple(dict.fromkeys(alternative for value in values for alternative in value))


def short(node: ast.expr) -> str:
    """An expression as evidence shows it: one row, not too long."""
    text = ast.unparse(node)
    return text if len(text) <= 60 else f"{text[:57]}..."
