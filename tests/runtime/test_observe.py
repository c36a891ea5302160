"""A run leaves behind everything that could differ: each of these pairs differs in one thing only."""

from __future__ import annotations

import textwrap

import pytest
import torch

from flake8_torchstyle.runtime.cases import builder
from flake8_torchstyle.runtime.execute import DTYPES, Setting, judge_once, settings
from flake8_torchstyle.runtime.samples import TensorSpec
from flake8_torchstyle.runtime.verdicts import Outcome

CPU = torch.device("cpu")
PROGRAM = textwrap.dedent(
    """
    import torch
    import torch.nn.functional as F

    calls = 0


    class MLP(torch.nn.Module):
        def __init__(self, dtype=torch.float32):
            super().__init__()
            self.w = torch.nn.Parameter(torch.ones(3))
            self.register_buffer("b", torch.zeros(3))

        def forward(self, X, x):
            global calls
            calls += 1
            {body}
    """
)


def verdict(old: str, new: str) -> tuple[Outcome, str]:
    builders = [builder(PROGRAM.format(body=body)) for body in (old, new)]
    setting = Setting("s", torch.float32, train=True, grad=True)
    found = judge_once(builders[0], builders[1], (TensorSpec("f", (4, 3)),), setting, CPU)
    return found.outcome, found.detail


@pytest.mark.parametrize(
    "old, new, told",
    [
        pytest.param("return x * 2", "return x * 3", "result", id="result"),
        pytest.param("return x * self.w", "return x * self.w.detach()", "gradients", id="gradient of a parameter"),
        pytest.param("return x * 2", "return x + x.detach()", "gradients", id="gradient of an input"),
        pytest.param("return x + 0", "x += 1; return x - 1", "inputs", id="input in place"),
        pytest.param("return x + self.b", "self.b += 1; return x + 0", "state", id="buffer in place"),
        pytest.param("return x * 1", "torch.rand(1); return x * 1", "random state", id="random numbers"),
        pytest.param("return x", "raise ValueError", "no exception became ValueError", id="exception"),
        pytest.param("raise KeyError", "raise ValueError", "KeyError became ValueError", id="other exception"),
    ],
)
def test_a_difference_is_told(old: str, new: str, told: str) -> None:
    outcome, detail = verdict(old, new)
    assert outcome is Outcome.DIFFERENT
    assert told in detail


@pytest.mark.parametrize(
    "old, new, outcome",
    [
        pytest.param("return x * self.w", "return self.w * x", Outcome.SAME, id="same"),
        pytest.param("return x + calls", "return x + calls", Outcome.NONDETERMINISTIC, id="nondeterministic"),
        pytest.param("raise ValueError('a')", "raise ValueError('b')", Outcome.RAISES, id="same exception"),
    ],
)
def test_outcome(old: str, new: str, outcome: Outcome) -> None:
    assert verdict(old, new)[0] is outcome


def test_settings_cover_what_the_page_says() -> None:
    found = list(settings(thorough=True))
    assert {setting.dtype for setting in found} == set(DTYPES)
    assert {(setting.train, setting.grad) for setting in found} == {(True, True), (False, False)}
    names = {setting.name for setting in found}
    assert {"non-contiguous", "NaN and infinity", "empty batch", "batch of one", "single element"} <= names
