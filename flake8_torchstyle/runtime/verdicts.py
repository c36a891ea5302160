"""What a comparison can come to, and the records that a report is made of."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Outcome(enum.Enum):
    """The verdict on a pair of spellings.

    `EDGE`: they differ as declared under "Fix safety", or as the fixes of an unsafe rule may. `RAISES`: both raise the
    same exception, nothing was computed.
    """

    SAME = "same"
    DIFFERENT = "different"
    NONDETERMINISTIC = "nondeterministic"
    EDGE = "known edge"
    RAISES = "not supported here"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one case on one device; `detail` tells the first difference or the reason."""

    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RowReport:
    """A row of the alias table, an example of a rule, a hook, a graph: what was executed on a device and what came out.

    `same` counts executed runs without a difference, `edges` those that differ as declared, `raised` those in which
    both spellings raise the same exception.
    """

    rule: str
    row: str
    device: str
    outcome: Outcome
    same: int
    raised: int
    edges: int = 0
    detail: str = ""


def summarise(rule: str, row: str, device: str, verdicts: Iterable[Verdict]) -> RowReport:
    """One report of many verdicts: the worst of them decides."""
    found = list(verdicts)
    same = sum(verdict.outcome is Outcome.SAME for verdict in found)
    raised = sum(verdict.outcome is Outcome.RAISES for verdict in found)
    edges = sum(verdict.outcome is Outcome.EDGE for verdict in found)
    for outcome in (Outcome.DIFFERENT, Outcome.NONDETERMINISTIC):
        worst = next((verdict for verdict in found if verdict.outcome is outcome), None)
        if worst:
            return RowReport(rule, row, device, outcome, same, raised, edges, worst.detail)
    edge = next((verdict for verdict in found if verdict.outcome is Outcome.EDGE), None)
    if edge:
        return RowReport(rule, row, device, Outcome.EDGE, same, raised, edges, edge.detail)
    if same:
        return RowReport(rule, row, device, Outcome.SAME, same, raised)
    return RowReport(rule, row, device, Outcome.RAISES, 0, raised, 0, found[0].detail if found else "no case")
