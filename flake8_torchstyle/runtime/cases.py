"""The programs of the proof: for every row of the alias table and every form of call, an MLP in the old spelling.

Each source goes through the project's own fixer; what is executed is what a user's file would hold before and after.
"""

from __future__ import annotations

import functools
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import nn

from ..engine import fix
from ..torch_api import ALIASES, Verdict
from .samples import Sample, SampleArgument, TensorSpec, samples

_MLP = """\
import torch


class MLP(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(784, 256)
        self.activation = torch.nn.ReLU()
        self.output = torch.nn.Linear(256, 10)

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


def rows() -> list[str]:
    """The rows of the alias table that promise a rewrite, by absolute name."""
    return [row for row, alias in ALIASES.items() if alias.verdict is not Verdict.DIFFERENT]


def display_only() -> dict[str, str]:
    """The rows without a rewrite, and why."""
    return {row: alias.reason for row, alias in ALIASES.items() if alias.verdict is Verdict.DIFFERENT}


def rule_of(row: str) -> str:
    """The rule that reports an alias."""
    namespace, _, name = row.rpartition(".")
    return "TS203" if namespace != "torch" else "TS202" if name == "softmax" else "TS201"


def cases_of(row: str) -> list[Case]:
    """Every form of call of a row."""
    return [
        make_case(row, f"{form}{f' #{number}' if number else ''}", sample, text)
        for number, sample in enumerate(samples(row.rpartition(".")[2]))
        for form, text in _forms(sample)
    ]


def make_case(row: str, form: str, sample: Sample, arguments: str) -> Case:
    """The case of one call; `arguments` is the text between its parentheses."""
    used = [argument for argument in sample if argument.spec and _mentions(arguments, argument)]
    parameters = ", ".join(["X", *(argument.name for argument in used)])
    old = _MLP.format(parameters=parameters, call=f"{row}({arguments})")
    return Case(rule_of(row), row, form, old, fixed(old), tuple(argument.spec for argument in used if argument.spec))


@functools.cache
def fixed(source: str) -> str:
    """A program as the fixer leaves it, unsafe fixes included."""
    return fix(source, None, lambda code: True, unsafe=True).source


def _mentions(arguments: str, argument: SampleArgument) -> bool:
    return argument.name in arguments.replace("=", " ").replace(",", " ").split()


def _forms(sample: Sample) -> Iterator[tuple[str, str]]:
    """The ways to write a call: by position, by keyword, mixed, and with the defaults left out."""
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


def builder(source: str) -> Callable[[], nn.Module]:
    """The class `MLP` of a program, which is executed in a namespace of its own."""
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
