"""The rules, one file each, found by walking this package.

To add a rule, write `rules/<topic>/<slug>.py` with the page as its docstring and a module-level `RULE`. Modules whose
name begins with an underscore hold what the rules of one topic share. Loading the rules imports libcst, so callers do
it only once a file needs them.
"""

from __future__ import annotations

import functools
import importlib
import pathlib
import pkgutil
import re

from ..diagnostics import Rule


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code.

    Raises TypeError for a rule module without a `RULE`, ValueError for a code used twice.
    """
    rules: dict[str, Rule] = {}
    for info in pkgutil.walk_packages(__path__, f"{__name__}."):
        if info.ispkg or info.name.rpartition(".")[2].startswith("_"):
            continue
        rule = getattr(importlib.import_module(info.name), "RULE", None)
        if not isinstance(rule, Rule):
            raise TypeError(f"{info.name} has no RULE")
        if rule.code in rules:
            raise ValueError(f"{rule.code} is used by {rules[rule.code].name} and {rule.name}")
        rules[rule.code] = rule
    return tuple(rules[code] for code in sorted(rules))


@functools.cache
def known_codes() -> tuple[str, ...]:
    """Every rule's code, sorted, read from the rules' text: a misspelt selector must not cost the import of libcst."""
    texts = (path.read_text(encoding="utf-8") for path in pathlib.Path(__file__).parent.glob("*/[!_]*.py"))
    return tuple(sorted(code for text in texts for code in re.findall(r'^    code="(TS\d{3})",$', text, re.MULTILINE)))
