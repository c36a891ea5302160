"""Every example of every rule, executed before and after its fix; all that the programs leave behind is compared."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn

from ..diagnostics import Applicability, Example, Rule
from ..rules import all_rules
from .cases import execute
from .observe import Observation, differs, frozen, random_state
from .verdicts import Outcome, RowReport, Verdict, summarise

# What a program can leave behind that says something about tensors; modules stand for their state.
_DATA = (torch.Tensor, nn.Module, bool, int, float, complex, str, list, tuple, dict, type(None))


def may_differ(code: str) -> bool:
    """Whether a rule's fixes are unsafe as a whole: such a fix may change results, and the report tells how."""
    return any(rule.code == code and rule.applicability is not Applicability.SAFE for rule in all_rules())


def judge_examples(device: torch.device, wanted: str | None) -> Iterator[RowReport]:
    """A report for each example that is rewritten; `wanted` is a rule's code."""
    for rule in all_rules():
        if wanted in (None, rule.code):
            for number, example in enumerate(rule.examples, start=1):
                if example.good is not None:
                    yield judge_example(rule, number, example, device)


def judge_example(rule: Rule, number: int, example: Example, device: torch.device) -> RowReport:
    """The report of one example on one device."""
    runs = [observe_program(source, device) for source in (example.bad, example.bad, example.good or example.bad)]
    if found := differs(runs[0], runs[1]):
        verdict = Verdict(Outcome.NONDETERMINISTIC, found)
    elif found := differs(runs[0], runs[2]):
        verdict = Verdict(Outcome.EDGE if may_differ(rule.code) else Outcome.DIFFERENT, found)
    elif runs[0].exception:
        verdict = Verdict(Outcome.RAISES, ": ".join(runs[0].exception))
    else:
        verdict = Verdict(Outcome.SAME)
    return summarise(rule.code, f"example {number}", device.type, [verdict])


def observe_program(source: str, device: torch.device) -> Observation:
    """Execute a program on a device and record the values its names are bound to."""
    exception = None
    namespace: dict[str, object] = {}
    torch.manual_seed(0)
    try:
        with torch.device(device):
            namespace = execute(source)
    except Exception as error:  # every exception is an outcome to compare
        exception = (type(error).__name__, str(error))
    values = {name: _value(v) for name, v in namespace.items() if isinstance(v, _DATA) and name[:2] != "__"}
    return Observation(values, exception, (), (), {}, random_state(device))


def _value(value: object) -> object:
    return frozen(dict(value.state_dict())) if isinstance(value, nn.Module) else frozen(value)
