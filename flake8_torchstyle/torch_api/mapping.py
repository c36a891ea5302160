"""How a call of an alias becomes a call of the documented function: parameters, values, and the plan of one call.

A plan never moves an argument. Each keeps its place, so it is evaluated when it was before; where its position has
another meaning in the documented function it gets the keyword that names it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar


class Verdict(enum.Enum):
    """What an alias and the documented function have in common."""

    SAME_OBJECT = "same object"
    SAME_PARAMETERS = "same parameters"
    MAPPED = "mapped"
    DIFFERENT = "different result"


class NonLiteral(enum.Enum):
    """The value of an argument that is not a literal."""

    NON_LITERAL = enum.auto()


NON_LITERAL = NonLiteral.NON_LITERAL


class Argument(NamedTuple):
    """One argument of a call as written: its keyword, its value if that is a literal, the name it refers to if any.

    `length` is the number of items of a tuple or list that is written out, whatever they are.
    """

    keyword: str | None
    value: object
    qualified: str | None = None
    length: int | None = None


class Values(NamedTuple):
    """Which values of a parameter have a counterpart.

    `words` replaces literals by source text, `absent` and `absent_names` are the literals and qualified names that the
    documented function takes for granted, so that the argument is left out, `kept` tells whether a non-negative
    integer literal may stay as it is. Everything else has no certain counterpart. `explicit` means that the two
    functions take different values for an argument that is left out, so that it has to be given.
    """

    words: Mapping[int, str] | None = None
    absent: tuple[object, ...] = ()
    absent_names: tuple[str, ...] = ()
    keeps_index: bool = False
    explicit: bool = False

    def step(self, argument: Argument) -> Step | None:
        """What becomes of an argument's value, or None where that is not certain."""
        value = argument.value
        if argument.qualified is not None and argument.qualified in self.absent_names:
            return Step(drop=True)
        if any(type(value) is type(absent) and value == absent for absent in self.absent):
            return Step(drop=True)
        if type(value) is not int:
            return None
        if self.words is not None and value in self.words:
            return Step(literal=self.words[value])
        return Step() if self.keeps_index and value >= 0 else None


class Parameter(NamedTuple):
    """A parameter of an alias.

    `target` is the documented parameter with the same meaning; `values` restricts which arguments have a counterpart,
    None means all.
    """

    name: str
    target: str
    required: bool
    keyword_only: bool
    values: Values | None = None

    @property
    def needed(self) -> bool:
        """Whether a call has to give it."""
        return self.required or (self.values is not None and self.values.explicit)


class Bindable(Protocol):
    """What `bind` asks of a parameter."""

    @property
    def name(self) -> str:
        """Its keyword."""

    @property
    def keyword_only(self) -> bool:
        """Whether it cannot be given by position."""

    @property
    def needed(self) -> bool:
        """Whether a call has to give it."""


AnyParameter = TypeVar("AnyParameter", bound=Bindable)


class Alias(NamedTuple):
    """A function outside `torch.nn.functional` that stands for a documented one inside it.

    `target` is the documented function's name and `documented` its parameters in order, `added` are arguments that the
    rewritten call needs besides its own. `reason` says why there is no rewrite (verdict DIFFERENT).
    """

    target: str
    verdict: Verdict
    parameters: tuple[Parameter, ...] = ()
    documented: tuple[str, ...] = ()
    added: tuple[tuple[str, str], ...] = ()
    takes_out: bool = False
    reason: str = ""

    @property
    def bare_reference_safe(self) -> bool:
        """Whether the documented function can stand in for the alias however it is called."""
        return self.verdict is Verdict.SAME_OBJECT or (self.verdict is Verdict.SAME_PARAMETERS and not self.takes_out)

    @property
    def note(self) -> str:
        """What a reader who renames by hand would miss; empty when there is nothing."""
        if self.verdict is not Verdict.MAPPED:
            return ""
        if any(name == "return_indices" for name, _ in self.added):
            return "returns a tuple"
        if any(p.values and p.values.explicit and not p.required for p in self.parameters):
            return 'without `reduction` it takes "none", not "mean"'
        kept = [p.target for p in self.parameters if not (p.values and p.target not in self.documented)]
        if kept != list(self.documented[: len(kept)]):
            return "parameter order differs"
        if any(p.name != p.target for p in self.parameters):
            return "parameter names differ"
        return "parameter values differ" if any(p.values and p.values.words for p in self.parameters) else ""


class Step(NamedTuple):
    """What happens to one argument: it gets a keyword, another literal, goes away, or stays."""

    keyword: str | None = None
    literal: str | None = None
    drop: bool = False


class CallPlan(NamedTuple):
    """One step for each argument of a call, and the arguments to add at the end."""

    steps: tuple[Step, ...]
    added: tuple[tuple[str, str], ...]


def plan_call(alias: Alias, arguments: Sequence[Argument]) -> CallPlan | None:
    """How to rewrite a call with these arguments, or None where no rewrite is certain to mean the same.

    An argument that the alias does not know, one given twice and one that is missing make the call an error today; it
    stays as it is. So does a call that leaves out what the documented function would take another value for.
    """
    if alias.verdict is Verdict.DIFFERENT:
        return None
    if alias.verdict is Verdict.SAME_OBJECT:
        return CallPlan(tuple(Step() for _ in arguments), ())
    bound = bind(alias.parameters, arguments)
    if bound is None:
        return None
    steps: list[Step] = []
    positional = True
    for parameter, argument in zip(bound, arguments, strict=True):
        step = parameter.values.step(argument) if parameter.values else Step()
        if step is None:
            return None
        if not step.drop:
            position = sum(not earlier.drop for earlier in steps)
            positional = positional and argument.keyword is None and _at(alias, position) == parameter.target
            keyword = None if positional or argument.keyword == parameter.target else parameter.target
            step = Step(keyword, step.literal)
        steps.append(step)
    return CallPlan(tuple(steps), alias.added)


def _at(alias: Alias, position: int) -> str | None:
    return alias.documented[position] if position < len(alias.documented) else None


def bind(parameters: Sequence[AnyParameter], arguments: Sequence[Argument]) -> list[AnyParameter] | None:
    """The parameter of each argument, as Python binds them; None for a call that fails or leaves out what it needs."""
    by_name = {parameter.name: parameter for parameter in parameters}
    by_position = [parameter for parameter in parameters if not parameter.keyword_only]
    bound: list[AnyParameter] = []
    for index, argument in enumerate(arguments):
        if argument.keyword is not None:
            parameter = by_name.get(argument.keyword)
        else:
            parameter = by_position[index] if index < len(by_position) else None
        if parameter is None or parameter in bound:
            return None
        bound.append(parameter)
    return bound if all(parameter in bound for parameter in parameters if parameter.needed) else None
