"""Modules built for one call become functions: where arguments go, what is refused, and in which order they run."""

from __future__ import annotations

import pytest
import torch

from flake8_torchstyle.engine import fix, lint

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
REWRITTEN = {
    "defaults": ("nn.ReLU()(x)", "F.relu(x)"),
    "by position": ("nn.MaxPool2d(2, 3)(x)", "F.max_pool2d(x, 2, 3)"),
    "by position, other order": (
        "nn.MaxPool1d(2, 2, 0, 1, True)(x)",
        "F.max_pool1d(x, 2, 2, 0, 1, return_indices=True)",
    ),
    "by keyword": ("nn.Softmax(dim=d)(input=x)", "F.softmax(input=x, dim=d)"),
    "position behind a keyword": ("nn.Softmax(d)(input=x)", "F.softmax(input=x, dim=d)"),
    "other name in the call": (
        "nn.PoissonNLLLoss(full=True)(log_input=a, target=b)",
        "F.poisson_nll_loss(input=a, target=b, full=True)",
    ),
    "a parameter behind": ("nn.MaxUnpool1d(2)(x, i, [4])", "F.max_unpool1d(x, i, output_size=[4], kernel_size=2)"),
    "default that differs": ("nn.Flatten()(x)", "torch.flatten(x, start_dim=1)"),
    "default that differs, given": ("nn.Flatten(0)(x)", "torch.flatten(x, 0)"),
    "legacy flags": ("nn.MSELoss(False)(a, b)", "F.mse_loss(a, b, False)"),
    "one side for all": ("nn.ZeroPad2d(k)(x)", None),
    "one number for all": ("nn.ZeroPad2d(2)(x)", "F.pad(x, (2, 2, 2, 2))"),
    "sides": ("nn.ReflectionPad1d((k, k + 1))(x)", 'F.pad(x, (k, k + 1), mode="reflect")'),
    "too few sides": ("nn.ReflectionPad2d((1, 2))(x)", None),
    "norm": ("nn.LPPool1d(2, 3)(x)", "F.lp_pool1d(x, 2.0, 3)"),
    "obsolete": ("nn.Hardtanh(min_value=0)(x)", None),
    "ratio": (
        "nn.FractionalMaxPool2d(2, output_ratio=0.5)(x)",
        "F.fractional_max_pool2d(x, 2, output_ratio=(0.5, 0.5))",
    ),
    "parentheses": ("((nn.ReLU)())((x))", "F.relu((x))"),
    "nested": ("nn.ReLU()(nn.Tanh()(nn.Softmax(1)(x)))", "F.relu(torch.tanh(F.softmax(x, 1)))"),
    "alias inside the constructor": (
        "nn.TripletMarginWithDistanceLoss(distance_function=torch.pairwise_distance)(a, b, c)",
        "F.triplet_margin_with_distance_loss(distance_function=F.pairwise_distance, anchor=a, positive=b, negative=c)",
    ),
    "walrus": ("nn.Softmax(d)((d := f(x)))", "F.softmax(dim=d, input=(d := f(x)))"),
    "generator": ("nn.Softmax(1)(a for a in x)", None),
    "starred": ("nn.MSELoss()(*x)", None),
    "double starred": ("nn.MSELoss(**x)(a, b)", None),
    "unknown argument": ("nn.ReLU(slope=1)(x)", None),
    "missing argument": ("nn.MSELoss()(a)", None),
    "twice": ("nn.Softmax(1, dim=1)(x)", None),
    "comment": ("nn.ReLU(  # why\n)(x)", None),
    "f-string": ("f'{nn.ReLU()(x)}'", None),
    "rows": (
        "nn.L1Loss(\n    reduction='sum',\n)(\n    a,\n    b,\n)",
        "F.l1_loss(\n    a,\n    b,\n    reduction='sum',\n)",
    ),
}


@pytest.mark.parametrize("before, after", REWRITTEN.values(), ids=REWRITTEN)
def test_rewrite(before: str, after: str | None) -> None:
    source = f"{HEAD}y = ({before})\n"
    assert [f.code for f in lint(source, None, "TS301".__eq__)]
    result = fix(source, None, lambda code: True)
    assert result.source == (f"{HEAD}y = ({after})\n" if after else source)
    assert fix(result.source, None, lambda code: True).source == result.source


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("nn.Softmax(dim=note(1))(note(x))", id="both"),
        pytest.param("nn.CrossEntropyLoss(note(w), reduction=note('sum'))(note(x), target=note(t))", id="several"),
        pytest.param("nn.CrossEntropyLoss(note(w))(x, t)", id="constructor"),
        pytest.param("nn.Softmax(dim=one)(note(x))", id="call"),
    ],
)
def test_arguments_are_evaluated_once_and_in_order(call: str) -> None:
    source = f"{HEAD}y = {call}\n"
    fixed = fix(source, None, "TS301".__eq__).source
    assert fixed != source
    seen = []
    for text in (source, fixed):
        notes: list[object] = []

        def note(value: object, notes: list[object] = notes) -> object:
            notes.append(value)
            return value

        values = {"x": torch.eye(3), "w": torch.ones(3), "t": torch.tensor([0, 1, 2]), "one": 1, "note": note}
        exec(compile(text, "program", "exec"), values)
        seen.append((values["y"], [str(value) for value in notes]))
    assert torch.equal(seen[0][0], seen[1][0]) and seen[0][1] == seen[1][1]


@pytest.mark.parametrize(
    "call, level",
    [
        ("nn.Upsample(scale_factor=s)(x)", "unsafe"),
        ("nn.Softmax2d()(x)", "unsafe"),
        ("nn.Upsample(scale_factor=2)(x)", "safe"),
    ],
)
def test_level(call: str, level: str) -> None:
    (finding,) = lint(f"{HEAD}y = {call}\n", None, "TS301".__eq__)
    assert finding.fix is not None and finding.fix.applicability.value == level
