"""Negative controls: pairs known to be wrong. If one does not come out `different`, no verdict of the run counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from .alias_rows import rule_of
from .cases import Case, execute, make_case
from .compare import difference
from .execute import judge
from .samples import parse
from .verdicts import Outcome


@dataclass(frozen=True, slots=True)
class Control:
    """A wrong rewrite and the call it goes wrong on. `wrong` is the call as it would be written by mistake."""

    name: str
    row: str
    sample: str
    call: str
    wrong: str


@dataclass(frozen=True, slots=True)
class ControlReport:
    """What came of a control: `caught` is whether the comparison saw the difference."""

    name: str
    device: str
    caught: bool
    detail: str


_CONTROLS = (
    Control(
        "`embedding` with its arguments left in place",
        "torch.embedding",
        "weight=f5x3 indices=i4x2<5",
        "weight, indices",
        "torch.nn.functional.embedding(weight, indices)",
    ),
    Control(
        "`batch_norm` renamed name for name",
        "torch.batch_norm",
        "input=f4x3x5 weight=f3 bias=p3 running_mean=n3 running_var=p3",
        "input, weight, bias, running_mean, running_var, False, 0.1, 1e-5, True",
        "torch.nn.functional.batch_norm(input, weight, bias, running_mean, running_var, False, 0.1, 1e-5)",
    ),
    Control(
        "`reduction` dropped",
        "torch.hinge_embedding_loss",
        "input=f4x3 target=s4x3",
        "input, target, 1.0, 2",
        "torch.nn.functional.hinge_embedding_loss(input, target, 1.0)",
    ),
    Control(
        "`training` lost",
        "torch.dropout",
        "input=f4x3",
        "input, 0.5, False",
        "torch.nn.functional.dropout(input, 0.5)",
    ),
    Control(
        "`inplace` lost",
        "torch.celu_",
        "input=f4x3",
        "input, 0.7",
        "torch.nn.functional.celu(input, 0.7)",
    ),
    Control(
        "`padding_idx=-1` taken for the last row",
        "torch.embedding",
        "weight=f5x3 indices=i4x2<5",
        "weight, indices, -1",
        "torch.nn.functional.embedding(indices % 5 * 0 + 4, weight, -1)",
    ),
)
_HOOKED = """\
import torch

net = torch.nn.Linear(4, 2)
net.register_forward_hook(lambda module, inputs, output: output + 1)
y = net{call}(torch.ones(3, 4))
"""


def judge_controls(device: torch.device) -> Iterator[ControlReport]:
    """Run every control on a device."""
    for control in _CONTROLS:
        call = f"{control.row}({control.call})"
        right = make_case(rule_of(control.row), control.row, "control", parse(control.sample)[0], call)
        wrong = right.old.replace(call, control.wrong)
        case = Case(right.rule, right.row, right.form, right.old, wrong, right.tensors)
        verdicts = [verdict for _, verdict in judge(case, device, thorough=False)]
        different = next((v for v in verdicts if v.outcome is Outcome.DIFFERENT), None)
        yield ControlReport(control.name, device.type, different is not None, different.detail if different else "")
    yield _hook_control(device)


def _hook_control(device: torch.device) -> ControlReport:
    """A forward hook that edits the output: calling the module is then not what `forward` returns."""
    results = []
    for call in (".forward", ""):
        torch.manual_seed(0)
        results.append(execute(_HOOKED.format(call=call))["y"])
    found = difference(results[0], results[1])
    return ControlReport("a forward hook that edits the output", device.type, found is not None, found or "")
