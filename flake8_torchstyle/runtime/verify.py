"""Put the whole proof together: rows, examples, hooks, graphs, controls and edges, on the devices asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import torch

from .. import __version__
from ..rules import all_rules
from .alias_rows import display_only
from .cases import Case, Row
from .controls import ControlReport, judge_controls
from .devices import absent, describe
from .edges import EdgeReport, is_edge, judge_edges
from .examples import judge_examples, may_differ
from .execute import judge
from .graphs import compare_graphs, traceable
from .hooks import judge_hooks
from .rows import rows_of
from .verdicts import Outcome, RowReport, Verdict, summarise

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a run found out.

    As JSON (`as_json`): `version`, `torch`, `devices`, `absent`, `seconds`, `exit_code`; `rows`, `examples`, `hooks`
    and `graphs`, lists of `{rule, row, device, outcome, same, raised, edges, detail}`; `controls`, a list of `{name,
    device, caught, detail}`; `edges`, a list of `{row, what, device, as_declared, seen}`; `unproven`, what was not
    executed anywhere; `untraced`, the kinds of absent device that graphs could not be traced for, and why; `skipped`,
    runs that tell nothing and why; `display_only`, the rows without a rewrite and why.
    """

    devices: list[str]
    absent: list[str]
    rewriting: frozenset[str] = frozenset()
    rows: list[RowReport] = field(default_factory=list)
    examples: list[RowReport] = field(default_factory=list)
    hooks: list[RowReport] = field(default_factory=list)
    graphs: list[RowReport] = field(default_factory=list)
    controls: list[ControlReport] = field(default_factory=list)
    edges: list[EdgeReport] = field(default_factory=list)
    untraced: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """2 when a negative control was not caught, 1 when something differs or was not executed, else 0."""
        if not all(control.caught for control in self.controls):
            return 2
        executed = (*self.rows, *self.examples, *self.hooks)
        failed = any(report.outcome is Outcome.DIFFERENT for report in (*executed, *self.graphs))
        return int(failed or bool(self.unproven) or not all(edge.as_declared for edge in self.edges))

    @property
    def unproven(self) -> list[str]:
        """The rows and examples that were not executed on any device, and the rules with a rewrite but without both."""
        names = {(r.rule, r.row): False for r in (*self.rows, *self.examples, *self.hooks)}
        for report in (*self.rows, *self.examples, *self.hooks):
            names[report.rule, report.row] |= report.same + report.edges > 0
        missing = [f"{rule} {row}" for (rule, row), executed in names.items() if not executed]
        return [*missing, *sorted(self.rewriting - {rule for rule, _ in names})]

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        listed = {name: [_plain(item) for item in getattr(self, name)] for name in _LISTS}
        return {
            "version": __version__,
            "torch": torch.__version__,
            "devices": self.devices,
            "absent": self.absent,
            "seconds": round(self.seconds, 1),
            "exit_code": self.exit_code,
            **listed,
            "unproven": self.unproven,
            "untraced": self.untraced,
            "skipped": {f"{row.name}, {name}": why for row in rows_of(None) for name, why in row.skipped.items()},
            "display_only": display_only(),
        }


_LISTS = ("rows", "examples", "hooks", "graphs", "controls", "edges")


def _plain(item: RowReport | ControlReport | EdgeReport) -> dict[str, Any]:
    return {key: value.value if isinstance(value, Outcome) else value for key, value in asdict(item).items()}


def verify(devices: list[torch.device], rule: str | None, progress: Progress) -> Report:
    """Run the proof; `rule` narrows it to one code, `progress` is told of each step.

    On one thread: the tensors are small, and threads that wait for each other cost most of the time.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _verify(devices, rule, progress)
    finally:
        torch.set_num_threads(threads)


def _verify(devices: list[torch.device], rule: str | None, progress: Progress) -> Report:
    began = time.monotonic()
    rewriting = {r.code for r in all_rules() if rule in (None, r.code) and any(e.good for e in r.examples)}
    report = Report([describe(device) for device in devices], absent(), frozenset(rewriting))
    for device in devices:
        report.controls.extend(_steps(judge_controls(device), progress, "controls"))
        report.examples.extend(_steps(judge_examples(device, rule), progress, "examples"))
        if rule in (None, "TS101"):
            report.hooks.extend(_steps(judge_hooks(device), progress, "hooks"))
        report.edges.extend(_steps(judge_edges(device, rule), progress, "edges"))
        report.rows.extend(_steps(_judge_rows(device, rule), progress, "rows"))
    elsewhere, untraced = traceable(report.absent)
    report.untraced.update(untraced)
    for device in (*devices, *elsewhere):
        report.graphs.extend(_steps(_judge_graphs(rule, device), progress, "graphs"))
    return replace(report, seconds=time.monotonic() - began)


def step_count(devices: list[torch.device], rule: str | None) -> int:
    """About how many steps `progress` will hear of."""
    return (len(devices) + 1) * len(rows_of(rule)) + 50 * len(devices)


def _steps(reports: Iterable[Any], progress: Progress, what: str) -> Iterator[Any]:
    for report in reports:
        progress(what)
        yield report


def _judge_rows(device: torch.device, rule: str | None) -> Iterator[RowReport]:
    for row in rows_of(rule):
        verdicts = [verdict for case in _rewritten(row) for verdict in _case_verdicts(row, case, device)]
        yield summarise(row.rule, row.name, device.type, verdicts)


def _case_verdicts(row: Row, case: Case, device: torch.device) -> Iterator[Verdict]:
    unsafe = may_differ(row.rule)
    for setting, verdict in judge(case, device, thorough=row.thorough, skipped=row.skipped):
        differs = verdict.outcome is Outcome.DIFFERENT
        if differs and (unsafe or is_edge(case.row, setting, verdict.detail)):
            yield Verdict(Outcome.EDGE, verdict.detail)
        else:
            yield Verdict(verdict.outcome, f"{case.form}: {verdict.detail}" if verdict.detail else "")


def _judge_graphs(rule: str | None, device: torch.device) -> Iterator[RowReport]:
    for row in rows_of(rule):
        if row.traced:
            verdicts = [compare_graphs(case, device) for case in _rewritten(row)]
            yield summarise(row.rule, row.name, f"fake {device.type}", verdicts)


def _rewritten(row: Row) -> list[Case]:
    return [case for case in row.cases() if case.is_rewritten]
