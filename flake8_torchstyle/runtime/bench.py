"""Time the spellings of one operation: the alias on torch, the module built and thrown away, the function.

Measured with `torch.utils.benchmark` (https://docs.pytorch.org/docs/stable/benchmark_utils.html), one thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.utils.benchmark import Measurement, Timer

_SETUP = "import torch; from torch import nn; import torch.nn.functional as F; torch.manual_seed(0); "


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and its spellings. `setup` binds what the statements use on `device`."""

    name: str
    setup: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of one statement in seconds: median and interquartile range of the blocks measured."""

    statement: str
    median: float
    spread: float


OPERATIONS = (
    Operation(
        "softmax",
        "x = torch.rand(64, 10, device=device)",
        ("torch.softmax(x, dim=-1)", "nn.Softmax(dim=-1)(x)", "F.softmax(x, dim=-1)"),
    ),
    Operation("relu", "x = torch.rand(64, 256, device=device)", ("torch.relu(x)", "nn.ReLU()(x)", "F.relu(x)")),
    Operation(
        "dropout",
        "x = torch.rand(64, 256, device=device)",
        ("torch.dropout(x, 0.5, True)", "nn.Dropout(0.5)(x)", "F.dropout(x, 0.5, True)"),
    ),
    Operation(
        "linear",
        "x, w, b = (torch.rand(*size, device=device) for size in ((64, 784), (256, 784), (256,)))",
        ("torch._C._nn.linear(x, w, b)", "F.linear(x, w, b)"),
    ),
)


_ROUNDS = 5


def time_operation(operation: Operation, device: torch.device, seconds: float) -> list[Timing]:
    """Time every spelling for about `seconds` each, in turns, so that a busy moment of the machine hits all of them."""
    setup = f"{_SETUP}device = {str(device)!r}; {operation.setup}"
    timers = {statement: Timer(statement, setup=setup, num_threads=1) for statement in operation.statements}
    measured: dict[str, list[Measurement]] = {statement: [] for statement in timers}
    for _ in range(_ROUNDS):
        for statement, timer in timers.items():
            measured[statement].append(timer.blocked_autorange(min_run_time=seconds / _ROUNDS))
    return [_timing(statement, parts) for statement, parts in measured.items()]


def _timing(statement: str, parts: list[Measurement]) -> Timing:
    merged = Measurement.merge(parts)[0]
    return Timing(statement, merged.median, merged.iqr)


def verdict(timings: list[Timing]) -> str:
    """Which spelling is slowest, and whether that is beyond noise: its interval lies apart from the fastest's."""
    slowest = max(timings, key=lambda timing: timing.median)
    fastest = min(timings, key=lambda timing: timing.median)
    apart = slowest.median - slowest.spread / 2 > fastest.median + fastest.spread / 2
    ratio = slowest.median / fastest.median
    if not apart:
        return f"no difference beyond noise ({ratio:.2f}x)"
    return f"`{slowest.statement}` is slowest: {ratio:.2f}x the time of `{fastest.statement}`"
