"""The proof for `.forward`: the same without hooks; with one registered, it fires after the fix and never before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from .cases import execute, fixed
from .compare import difference
from .verdicts import Outcome, RowReport, Verdict, summarise

_PROGRAM = """\
import torch


class MLP(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(784, 256)
        self.activation = torch.nn.ReLU()
        self.output = torch.nn.Linear(256, 10)

    def forward(self, X):
        return self.output(self.activation(self.hidden(X)))


net = MLP()


def run(X):
    return net.forward(X)
"""
_Register = Callable[[nn.Module, Callable[..., None]], Any]
# Every way to be told of a call, by what `nn.Module.__call__` looks at.
_KINDS: dict[str, _Register] = {
    "forward hook": lambda net, hook: net.register_forward_hook(hook),
    "forward pre-hook": lambda net, hook: net.register_forward_pre_hook(hook),
    "full backward hook": lambda net, hook: net.register_full_backward_hook(hook),
    "full backward pre-hook": lambda net, hook: net.register_full_backward_pre_hook(hook),
    "global forward hook": lambda _, hook: nn.modules.module.register_module_forward_hook(hook),
    "global forward pre-hook": lambda _, hook: nn.modules.module.register_module_forward_pre_hook(hook),
    "global full backward hook": lambda _, hook: nn.modules.module.register_module_full_backward_hook(hook),
}


def judge_hooks(device: torch.device) -> Iterator[RowReport]:
    """A report for the call without hooks and one for each kind of hook."""
    programs = [_built(source, device) for source in (_PROGRAM, fixed(_PROGRAM))]
    images = torch.rand(2, 784, generator=torch.Generator().manual_seed(0)).to(device)
    found = difference(*(program["run"](images) for program in programs))
    verdict = Verdict(Outcome.DIFFERENT, found) if found else Verdict(Outcome.SAME)
    yield summarise("TS101", "without hooks", device.type, [verdict])
    for kind, register in _KINDS.items():
        before, after = (_count(program, register, images) for program in programs)
        right = (before, after) == (0, 1)
        detail = f"fired {before} times before the fix and {after} times after"
        yield summarise(
            "TS101", kind, device.type, [Verdict(Outcome.SAME if right else Outcome.DIFFERENT, "" if right else detail)]
        )


def _built(source: str, device: torch.device) -> dict[str, Any]:
    torch.manual_seed(0)
    program: dict[str, Any] = execute(source)
    program["net"].to(device)
    return program


def _count(program: dict[str, Any], register: _Register, images: torch.Tensor) -> int:
    """How often a hook on the network fires in one call with backward."""
    fired = 0

    def hook(module: nn.Module, *_: object) -> None:
        nonlocal fired
        fired += module is program["net"]

    handle = register(program["net"], hook)
    try:
        program["run"](images.clone().requires_grad_()).sum().backward()
    finally:
        handle.remove()
    return fired
