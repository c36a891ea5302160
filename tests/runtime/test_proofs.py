"""Hooks, graphs, controls, edges: the parts of the proof besides the sweep over the rows."""

from __future__ import annotations

import pytest
import torch
from torch import fx

from flake8_torchstyle.rules import all_rules
from flake8_torchstyle.runtime.alias_rows import cases_of
from flake8_torchstyle.runtime.cases import Case
from flake8_torchstyle.runtime.controls import judge_controls
from flake8_torchstyle.runtime.edges import EDGES, judge_edges
from flake8_torchstyle.runtime.graphs import compare_graphs, graph_difference, traceable
from flake8_torchstyle.runtime.hooks import judge_hooks
from flake8_torchstyle.runtime.verdicts import Outcome, Verdict, summarise

CPU = torch.device("cpu")


def test_every_control_is_caught() -> None:
    controls = list(judge_controls(CPU))
    assert len(controls) >= 7
    assert {control.name for control in controls if not control.caught} == set()


def test_every_edge_is_as_declared_and_named_on_its_page() -> None:
    assert [edge for edge in judge_edges(CPU, None) if not edge.as_declared] == []
    pages = {rule.code: rule.docs.partition("## Fix safety")[2] for rule in all_rules()}
    targets = {"affine_grid_generator": "affine_grid", "dropout": "dropouts"}
    for edge in EDGES:
        name = edge.row.rpartition(".")[2]
        assert targets.get(name, name) in pages[edge.rule]


def test_each_kind_of_hook_fires_after_the_fix_and_not_before() -> None:
    reports = list(judge_hooks(CPU))
    assert [report for report in reports if report.outcome is not Outcome.SAME] == []
    assert {"forward hook", "forward pre-hook", "full backward hook", "global forward hook"} <= {r.row for r in reports}


def graph(body: str) -> fx.Graph:
    namespace: dict[str, fx.Graph] = {}
    exec(f"import torch\ndef f(x, y):\n    return {body}", namespace)
    return fx.symbolic_trace(namespace["f"]).graph  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "old, new, same",
    [
        pytest.param("torch.add(x, y)", "torch.add(x, y)", True, id="same"),
        pytest.param("torch.add(x, y)", "torch.add(y, x)", False, id="arguments swapped"),
        pytest.param("torch.add(x, y)", "torch.sub(x, y)", False, id="other operator"),
        pytest.param("torch.add(x, 1)", "torch.add(x, 2)", False, id="other constant"),
        pytest.param("torch.add(x, y)", "torch.add(torch.neg(x), y)", False, id="one more node"),
    ],
)
def test_graphs(old: str, new: str, same: bool) -> None:
    assert (graph_difference(graph(old), graph(new)) is None) is same


def case(row: str) -> Case:
    return next(case for case in cases_of(row) if case.is_rewritten)


@pytest.mark.parametrize(
    "row, outcome",
    [
        pytest.param("torch.batch_norm", Outcome.SAME, id="same"),
        pytest.param("torch._C._nn.binary_cross_entropy", Outcome.EDGE, id="an expand that changes nothing"),
        pytest.param("torch.ctc_loss", Outcome.RAISES, id="size depends on data"),
    ],
)
def test_traced(row: str, outcome: Outcome) -> None:
    assert compare_graphs(case(row), CPU).outcome is outcome


def test_a_wrong_program_has_another_graph() -> None:
    right = case("torch.celu")
    wrong = Case(right.rule, right.row, right.form, right.old, right.new.replace("celu", "selu"), right.tensors)
    wrong = Case(right.rule, right.row, right.form, right.old, right.old.replace("0.7", "0.8"), right.tensors)
    assert compare_graphs(wrong, CPU).outcome is Outcome.DIFFERENT


def test_devices_that_cannot_be_traced_for_are_named() -> None:
    found, reasons = traceable(["cpu", "no-such-device"])
    assert [device.type for device in found] == ["cpu"]
    assert list(reasons) == ["no-such-device"]


@pytest.mark.parametrize(
    "outcomes, wanted",
    [
        pytest.param([Outcome.SAME, Outcome.DIFFERENT, Outcome.EDGE], Outcome.DIFFERENT, id="different decides"),
        pytest.param([Outcome.SAME, Outcome.NONDETERMINISTIC], Outcome.NONDETERMINISTIC, id="then nondeterministic"),
        pytest.param([Outcome.SAME, Outcome.EDGE, Outcome.RAISES], Outcome.EDGE, id="then an edge"),
        pytest.param([Outcome.RAISES, Outcome.SAME], Outcome.SAME, id="one executed run is enough"),
        pytest.param([Outcome.RAISES], Outcome.RAISES, id="none executed"),
        pytest.param([], Outcome.RAISES, id="no case"),
    ],
)
def test_summary(outcomes: list[Outcome], wanted: Outcome) -> None:
    report = summarise("TS201", "row", "cpu", [Verdict(outcome) for outcome in outcomes])
    assert report.outcome is wanted
    assert report.same == outcomes.count(Outcome.SAME)
