"""`torchstyle verify` and `torchstyle bench`: report, narrowing, exit codes."""

from __future__ import annotations

import json
import pathlib
from dataclasses import replace

import pytest
import torch

from flake8_torchstyle.runtime.bench import Timing, verdict
from flake8_torchstyle.runtime.controls import ControlReport
from flake8_torchstyle.runtime.edges import EdgeReport
from flake8_torchstyle.runtime.verdicts import Outcome, RowReport
from flake8_torchstyle.runtime.verify import Report
from tests.conftest import Run

SAME = RowReport("TS201", "torch.relu", "cpu", Outcome.SAME, 3, 0)
RAISES = RowReport("TS201", "torch.relu", "mps", Outcome.RAISES, 0, 3, 0, "not there")
GOOD = Report(["cpu"], [], frozenset({"TS201"}), rows=[SAME], controls=[ControlReport("c", "cpu", True, "")])


@pytest.mark.parametrize(
    "report, code",
    [
        pytest.param(GOOD, 0, id="same"),
        pytest.param(replace(GOOD, rows=[replace(SAME, outcome=Outcome.DIFFERENT)]), 1, id="different"),
        pytest.param(replace(GOOD, graphs=[replace(SAME, outcome=Outcome.DIFFERENT)]), 1, id="graphs differ"),
        pytest.param(replace(GOOD, rows=[RAISES]), 1, id="not executed anywhere"),
        pytest.param(replace(GOOD, rows=[SAME, RAISES]), 0, id="executed on one device"),
        pytest.param(replace(GOOD, rewriting=frozenset({"TS201", "TS301"})), 1, id="a rule without a row"),
        pytest.param(replace(GOOD, edges=[EdgeReport("r", "w", "cpu", False, "")]), 1, id="an edge is elsewhere"),
        pytest.param(replace(GOOD, controls=[ControlReport("c", "cpu", False, "")]), 2, id="a control is not caught"),
    ],
)
def test_exit_code(report: Report, code: int) -> None:
    assert report.exit_code == code
    assert report.as_json()["exit_code"] == code


def test_one_rule(run: Run, project: pathlib.Path) -> None:
    result = run("verify", "--rule", "TS202", "--device", "cpu", "--report", "proof.json", "--verbose")
    assert result.code == 0
    assert "TS202 torch.softmax (same" in result.out
    report = json.loads((project / "proof.json").read_text())
    assert [row["row"] for row in report["rows"]] == ["torch.softmax"]
    assert report["devices"] == ["cpu"] and "cuda" in report["absent"] + [d.split()[0] for d in report["devices"]]
    assert all(control["caught"] for control in report["controls"])
    assert report["rows"][0]["same"] > 50 and report["graphs"][0]["outcome"] == "same"
    assert {row["rule"] for row in report["examples"]} == {"TS202"}
    assert report["unproven"] == []


@pytest.mark.parametrize(
    "arguments, told",
    [
        pytest.param(("--rule", "TS999"), "no rule 'TS999'", id="rule"),
        pytest.param(("--device", "abacus"), "no device 'abacus' here; present: cpu", id="device"),
    ],
)
def test_usage(run: Run, arguments: tuple[str, ...], told: str) -> None:
    result = run("verify", *arguments)
    assert result.code == 2 and told in result.err


def timing(statement: str, median: float, spread: float) -> Timing:
    return Timing(statement, median, spread)


@pytest.mark.parametrize(
    "timings, told",
    [
        pytest.param(
            [timing("a", 1e-6, 1e-8), timing("b", 3e-6, 1e-8)], "`b` is slowest: 3.00x the time of `a`", id="apart"
        ),
        pytest.param([timing("a", 1e-6, 1e-6), timing("b", 1.2e-6, 1e-8)], "no difference beyond noise", id="noise"),
    ],
)
def test_bench_says_whether_it_is_noise(timings: list[Timing], told: str) -> None:
    assert told in verdict(timings)


def test_bench(run: Run) -> None:
    threads = torch.get_num_threads()
    result = run("bench", "--device", "cpu", "--seconds", "0.01", "--output-format", "json")
    torch.set_num_threads(threads)
    assert result.code == 0
    found = {operation["name"]: operation for operation in json.loads(result.out)}
    assert set(found) == {"softmax", "relu", "dropout", "linear"}
    assert len(found["softmax"]["timings"]) == 3
    assert all(timing["median"] > 0 for operation in found.values() for timing in operation["timings"])
