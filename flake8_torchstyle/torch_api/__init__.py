"""What the linter knows of PyTorch's interface: undocumented aliases, modules without state, and the functions to use.

Nothing here imports torch. The tests derive the same facts from an installed torch and fail where they disagree.
"""

from __future__ import annotations

from .aliases import ALIAS_NAMES, ALIASES, lookup
from .mapping import NON_LITERAL, Alias, Argument, CallPlan, Parameter, Step, Verdict, plan_call
from .modules import MODULES, lookup_module
from .throwaway import ModulePlan, ModuleRow, Placed, plan_module_call

__all__ = [
    "ALIASES",
    "ALIAS_NAMES",
    "MODULES",
    "NON_LITERAL",
    "Alias",
    "Argument",
    "CallPlan",
    "ModulePlan",
    "ModuleRow",
    "Parameter",
    "Placed",
    "Step",
    "Verdict",
    "lookup",
    "lookup_module",
    "plan_call",
    "plan_module_call",
]
