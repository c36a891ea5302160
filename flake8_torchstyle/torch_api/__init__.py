"""What the linter knows of PyTorch's functions: undocumented aliases and how their calls map to the documented ones.

Nothing here imports torch. The tests derive the same facts from an installed torch and fail where they disagree.
"""

from __future__ import annotations

from .aliases import ALIAS_NAMES, ALIASES, lookup
from .mapping import NON_LITERAL, Alias, Argument, CallPlan, Parameter, Step, Verdict, plan_call

__all__ = [
    "ALIASES",
    "ALIAS_NAMES",
    "NON_LITERAL",
    "Alias",
    "Argument",
    "CallPlan",
    "Parameter",
    "Step",
    "Verdict",
    "lookup",
    "plan_call",
]
