"""The rows of the alias table: every form of call of every alias that promises a rewrite."""

from __future__ import annotations

from collections.abc import Iterator

from ..torch_api.aliases import ALIASES
from ..torch_api.mapping import Verdict
from .cases import Case, Row, forms, make_case
from .samples import SKIPPED, samples

# `torch._VF` and `torch._C._VariableFunctions` hold the functions of `torch` themselves: a short run shows as much.
_OWN = frozenset({"torch", "torch._C._nn"})


def alias_rows() -> Iterator[Row]:
    """A row for each alias, by its absolute name."""
    for name, alias in ALIASES.items():
        if alias.verdict is not Verdict.DIFFERENT:
            yield _row(name)


def display_only() -> dict[str, str]:
    """The aliases without a rewrite, and why."""
    return {name: alias.reason for name, alias in ALIASES.items() if alias.verdict is Verdict.DIFFERENT}


def _row(name: str) -> Row:
    namespace, _, function = name.rpartition(".")
    own = namespace in _OWN
    skipped = {setting: why for (skipping, setting), why in SKIPPED.items() if skipping == function}
    return Row(rule_of(name), name, lambda: cases_of(name), thorough=own, traced=own, skipped=skipped)


def rule_of(name: str) -> str:
    """The rule that reports an alias."""
    namespace, _, function = name.rpartition(".")
    return "TS203" if namespace != "torch" else "TS202" if function == "softmax" else "TS201"


def cases_of(name: str) -> list[Case]:
    """Every form of call of an alias."""
    return [
        make_case(rule_of(name), name, f"{form}{f' #{number}' if number else ''}", sample, f"{name}({text})")
        for number, sample in enumerate(samples(name.rpartition(".")[2]))
        for form, text in forms(sample)
    ]
