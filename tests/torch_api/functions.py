"""What torch says of its functions: parameters and defaults, of those written in Python and of built-in ones."""

from __future__ import annotations

import inspect
from typing import Any

import torch
import torch.nn.functional as F

REQUIRED = inspect.Parameter.empty
# What built-in functions are called among the operators.
_OPERATORS = {"logsigmoid": "log_sigmoid"}


def parameters_of(name: str) -> dict[str, Any]:
    """The parameters of a function of `torch.nn.functional` or `torch` with their defaults, `REQUIRED` without one."""
    function = getattr(F, name, None) or getattr(torch, name)
    if not inspect.isfunction(function):
        return {a.name: a.default for a in schema_of(name)}
    # Functions that dispatch on a flag hide theirs in a closure.
    function = inspect.getclosurevars(function).nonlocals.get("if_true", function)
    return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}


def schema_of(name: str) -> list[inspect.Parameter]:
    """The parameters of a built-in function by its operator's schema, of the first overload that takes no names."""
    packet = getattr(torch.ops.aten, _OPERATORS.get(name, name))
    schemas = [getattr(packet, overload)._schema for overload in packet.overloads()]
    schema = next(s for s in schemas if not any(a.is_out or "Dimname" in str(a.type) for a in s.arguments))
    return [
        inspect.Parameter(
            "input" if a.name == "self" else a.name,
            inspect.Parameter.KEYWORD_ONLY if a.kwarg_only else inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=a.default_value if a.has_default_value() else REQUIRED,
        )
        for a in schema.arguments
    ]


def by_position(name: str) -> list[str]:
    """The parameters that may be given by position, in order."""
    function = getattr(F, name, None) or getattr(torch, name)
    if not inspect.isfunction(function):
        return [p.name for p in schema_of(name) if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    function = inspect.getclosurevars(function).nonlocals.get("if_true", function)
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]


def normal(value: object) -> object:
    """Defaults as a caller means them: no stride is the kernel's, a list of equal numbers is the number."""
    if isinstance(value, (list, tuple)):
        return normal(value[0]) if value and len(set(value)) == 1 else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
