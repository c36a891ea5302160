"""The programs of the proof: an MLP that computes one call in the old spelling, and the same after the fixer.

Each source goes through the project's own fixer; what is executed is what a user's file would hold before and after.
A `Row` is one promise of a rewrite; `rows.py` lists who makes them.
"""

from __future__ import annotations

import functools
import linecache
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from torch import nn

from ..engine import fix
from .samples import Sample, SampleArgument, TensorSpec

_MLP = """\
import torch


class MLP(torch.nn.Module):
    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.hidden = torch.nn.Linear(784, 256)
        self.activation = torch.nn.ReLU()
        self.output = torch.nn.Linear(256, 10)
        self.layer = {layer}.to(dtype)

    def forward(self, {parameters}):
        logits = self.output(self.activation(self.hidden(X)))
        return logits, {call}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One form of call of one row: the program before and after, and the tensors its MLP takes besides `X`."""

    rule: str
    row: str
    form: str
    old: str
    new: str
    tensors: tuple[TensorSpec, ...]

    @property
    def is_rewritten(self) -> bool:
        """Whether the fixer changed the program; where it refused there is nothing to prove."""
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class Row:
    """One promise of a rewrite, by the name of what is rewritten, and the rule that makes it.

    `cases` makes its programs when asked for. `thorough` runs them over all dtypes, modes and awkward inputs, not just
    one; `traced` compares their graphs too. `skipped` names settings from which nothing can be learned, and why.
    """

    rule: str
    name: str
    cases: Callable[[], list[Case]]
    thorough: bool = True
    traced: bool = True
    skipped: Mapping[str, str] = field(default_factory=dict)


def make_case(rule: str, row: str, form: str, sample: Sample, call: str, layer: str = "torch.nn.Identity()") -> Case:
    """The case of one call, which may name the sample's tensors, `X`, the MLP's input, and `self.layer`.

    `layer` is what to set that to; it has the dtype of the run.
    """
    used = [argument for argument in sample if argument.spec and _mentions(call, argument)]
    parameters = ", ".join(["X", *(argument.name for argument in used)])
    old = _MLP.format(parameters=parameters, call=call, layer=layer)
    return Case(rule, row, form, old, fixed(old), tuple(argument.spec for argument in used if argument.spec))


@functools.cache
def fixed(source: str) -> str:
    """A program as the fixer leaves it, unsafe fixes included."""
    return fix(source, None, lambda code: True, unsafe=True).source


def _mentions(call: str, argument: SampleArgument) -> bool:
    return argument.name in re.findall(r"\w+(?!\w|\s*=[^=])", call)


def forms(sample: Sample) -> Iterator[tuple[str, str]]:
    """The ways to write a call's arguments: by position, by keyword, mixed, and with the defaults left out."""
    half = (len(sample) + 1) // 2
    yield "positional", _text(sample, len(sample))
    yield "keyword", _text(sample, 0)
    if len(sample) > 1:
        yield "mixed", _text(sample, half)
    required = tuple(argument for argument in sample if argument.required)
    if required != sample:
        yield "defaults left out", _text(required, len(required))


def _text(sample: Sample, positional: int) -> str:
    return ", ".join(
        argument.text if index < positional and not argument.keyword_only else f"{argument.name}={argument.text}"
        for index, argument in enumerate(sample)
    )


def builder(source: str) -> Callable[..., nn.Module]:
    """The class `MLP` of a program, which is executed in a namespace of its own; it takes the dtype of its layer."""
    built = execute(source)["MLP"]
    if not (isinstance(built, type) and issubclass(built, nn.Module)):
        raise TypeError("the program defines no network")
    return built


def execute(source: str) -> dict[str, object]:
    """The namespace that executing a program leaves; tracebacks can show its rows."""
    name = f"<torchstyle program {hash(source):x}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, object] = {"__name__": "torchstyle_program"}
    exec(compile(source, name, "exec"), namespace)
    return namespace
