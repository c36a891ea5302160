"""Known differences: calls that are wrong either way, where the documented function raises and the alias does not.

Each is run to see that it is exactly as declared, and each is named under "Fix safety" on its rule's page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from .cases import builder, make_case
from .execute import Setting, make_inputs
from .observe import run
from .samples import parse


@dataclass(frozen=True, slots=True)
class Edge:
    """A call that raises after the fix; `before` is None or the exception that the old spelling raises.

    `call` is the text between the parentheses that follow `row`. `covers` are beginnings of the names of the settings
    in which the sweep over dtypes and inputs runs into it.
    """

    row: str
    what: str
    sample: str
    call: str
    before: str | None
    after: str
    covers: tuple[str, ...] = ()
    rule: str = "TS201"


@dataclass(frozen=True, slots=True)
class EdgeReport:
    """What was seen of an edge: whether both spellings did what is declared."""

    row: str
    what: str
    device: str
    as_declared: bool
    seen: str


EDGES = (
    Edge(
        "torch.batch_norm",
        "one value per channel in training mode",
        "input=f1x3 weight=f3 bias=f3",
        "input, weight, bias, None, None, True, 0.1, 1e-5, True",
        None,
        "ValueError",
        covers=("single element",),
    ),
    Edge(
        "torch.instance_norm",
        "one value per channel in training mode",
        "input=f2x3x1",
        "input, None, None, None, None, True, 0.1, 1e-5, True",
        None,
        "ValueError",
        covers=("single element",),
    ),
    Edge("torch.group_norm", "one value per group", "input=f1x2", "input, 2", None, "ValueError"),
    Edge(
        "torch.dropout", "a probability outside 0 to 1", "input=f4x3", "input, 1.5, True", "RuntimeError", "ValueError"
    ),
    Edge(
        "torch.triplet_margin_loss",
        "a margin that is not positive",
        "anchor=f4x3 positive=f4x3 negative=f4x3",
        "anchor, positive, negative, -1.0, 2.0, 1e-6, False, 0",
        None,
        "ValueError",
    ),
    Edge(
        "torch.margin_ranking_loss",
        "inputs and target of unequal dimension",
        "input1=f4x3 input2=f4x3 target=s3",
        "input1, input2, target, 0.0, 0",
        None,
        "RuntimeError",
    ),
    Edge(
        "torch.binary_cross_entropy_with_logits",
        "input and target of unequal shape",
        "input=f4x3 target=p1x3",
        "input, target, None, None, 0",
        "RuntimeError",
        "ValueError",
    ),
    Edge(
        "torch.embedding",
        "a padding_idx outside the table",
        "weight=f5x3 indices=i4<5",
        "weight, indices, 7",
        None,
        "AssertionError",
        covers=("empty batch", "batch of one", "single element"),
    ),
    Edge(
        "torch.affine_grid_generator",
        "a theta that is not floating point",
        "theta=i4x2x3<3",
        "theta, (4, 1, 3, 5), True",
        None,
        "ValueError",
        covers=("int64", "single element"),
    ),
)


def is_edge(row: str, setting: str, detail: str) -> bool:
    """Whether a difference seen in the sweep is a declared one."""
    name = row.rpartition(".")[2]
    return any(
        edge.row.endswith(f".{name}") and setting.startswith(edge.covers) and detail.endswith(edge.after)
        for edge in EDGES
    )


def judge_edges(device: torch.device, rule: str | None) -> Iterator[EdgeReport]:
    """Run every edge of a rule, or of all, on a device."""
    setting = Setting("edge", torch.float32, train=True, grad=False)
    for edge in (edge for edge in EDGES if rule in (None, edge.rule)):
        case = make_case(edge.rule, edge.row, "edge", parse(edge.sample)[0], f"{edge.row}({edge.call})")
        inputs = make_inputs(case.tensors, setting, device)
        seen = [
            observation.exception[0] if observation.exception else None
            for source in (case.old, case.new)
            for observation in [run(builder(source), inputs, device, train=True, grad=False)]
        ]
        told = f"{seen[0] or 'returns'} before, {seen[1] or 'returns'} after"
        yield EdgeReport(edge.row, edge.what, device.type, seen == [edge.before, edge.after], told)
