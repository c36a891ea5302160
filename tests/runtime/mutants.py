"""Wrong versions of the alias table's mappings, one change each, and which check notices them.

Run as a script for the score of all of them: `python -m tests.runtime.mutants`.
"""

from __future__ import annotations

import collections
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from flake8_torchstyle.runtime.alias_rows import cases_of
from flake8_torchstyle.runtime.cases import builder, fixed
from flake8_torchstyle.runtime.edges import is_edge
from flake8_torchstyle.runtime.execute import Setting, judge_once, prototype, settings
from flake8_torchstyle.runtime.verdicts import Outcome
from flake8_torchstyle.torch_api.aliases import ALIASES
from flake8_torchstyle.torch_api.mapping import Alias, Argument, Parameter, Step, Values, Verdict

NAMESPACES = ("torch", "torch._C._nn")


@dataclass(frozen=True)
class Mutant:
    """A wrong row: what was done to which, and the row that comes of it."""

    row: str
    change: str
    alias: Alias


class Dropped(Values):
    """Takes any argument for one that the documented function takes for granted."""

    __slots__ = ()

    def step(self, argument: Argument) -> Step | None:
        return Step(drop=True)


def mutants() -> Iterator[Mutant]:
    """Every mutant of every mapping: two parameters swapped, one dropped, an enumeration shifted, an addition lost."""
    for row, alias in ALIASES.items():
        if row.rpartition(".")[0] in NAMESPACES and alias.verdict in (Verdict.MAPPED, Verdict.SAME_PARAMETERS):
            for change, parameters in _changes(alias):
                yield Mutant(row, change, alias._replace(verdict=Verdict.MAPPED, parameters=tuple(parameters)))
            for name, _ in alias.added:
                left = tuple(item for item in alias.added if item[0] != name)
                yield Mutant(row, f"{name} not added", alias._replace(added=left))


def _changes(alias: Alias) -> Iterator[tuple[str, list[Parameter]]]:
    parameters = list(alias.parameters)
    for one, other in itertools.combinations(range(len(parameters)), 2):
        first, second = parameters[one], parameters[other]
        swapped = list(parameters)
        swapped[one], swapped[other] = first._replace(target=second.target), second._replace(target=first.target)
        yield f"{first.name} and {second.name} swapped", swapped
    for index, parameter in enumerate(parameters):
        values = parameter.values
        if index and not (values and (values.absent or values.absent_names)):
            yield f"{parameter.name} dropped", [*parameters[:index], _dropped(parameter), *parameters[index + 1 :]]
        if values and values.words:
            words = list(values.words.values())
            shifted = dict(zip(values.words, [*words[1:], words[0]], strict=True))
            wrong = parameter._replace(values=values._replace(words=shifted))
            yield f"{parameter.name} shifted", [*parameters[:index], wrong, *parameters[index + 1 :]]


def _dropped(parameter: Parameter) -> Parameter:
    return parameter._replace(values=Dropped())


def noticed(mutant: Mutant) -> str | None:
    """What tells the mutant's programs from the right ones, or None: a difference on the CPU, or a fix that is gone."""
    right = ALIASES[mutant.row]
    ALIASES[mutant.row] = mutant.alias
    fixed.cache_clear()
    try:
        cases = cases_of(mutant.row)
        if not any(case.is_rewritten for case in cases):
            return "no case is rewritten"
        for setting in settings(thorough=True):
            for case in cases:
                if case.is_rewritten and (found := _difference(case, setting)):
                    return found
        return None
    finally:
        ALIASES[mutant.row] = right
        fixed.cache_clear()


def _difference(case: object, setting: Setting) -> str | None:
    old, new = (prototype(builder(source)) for source in (case.old, case.new))
    verdict = judge_once(old, new, case.tensors, setting, torch.device("cpu"))
    differs = verdict.outcome is Outcome.DIFFERENT and not is_edge(case.row, setting.name, verdict.detail)
    return f"{case.form}: {verdict.detail}" if differs else None


def main() -> None:
    """Print the score, and every mutant that nothing noticed."""
    torch.set_num_threads(1)
    score: collections.Counter[str] = collections.Counter()
    for mutant in mutants():
        kind = mutant.change.rpartition(" ")[2]
        score[f"{kind} of"] += 1
        if noticed(mutant) is None:
            print(f"not noticed: {mutant.row}: {mutant.change}")
        else:
            score[kind] += 1
        if sys.stderr.isatty():
            print(f"\r{sum(v for k, v in score.items() if k.endswith('of'))}", end="", file=sys.stderr)
    print(dict(score))


if __name__ == "__main__":
    main()
