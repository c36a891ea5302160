"""The contract every rule keeps: page, examples, silent snippets, and the engine's promises on each of them."""

from __future__ import annotations

import ast
import pathlib
import re

import pytest

from flake8_torchstyle import rules
from flake8_torchstyle.analysis.names import FileNames
from flake8_torchstyle.diagnostics import Applicability, Example, Rule
from flake8_torchstyle.engine import fix, lint
from flake8_torchstyle.rules import all_rules
from flake8_torchstyle.screening import candidates, places
from flake8_torchstyle.text import apply_edits

HEADINGS = ("What it does", "Why is this bad?", "Example", "Fix safety", "References")


def every(code: str) -> bool:
    return True


def ids(rule: Rule) -> str:
    return rule.code


RULES = all_rules()
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{index}")
    for rule in RULES
    for index, example in enumerate(rule.examples)
]
SILENT = [
    pytest.param(rule, snippet, id=f"{rule.code}-{index}") for rule in RULES for index, snippet in enumerate(rule.ok)
]


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_page(rule: Rule) -> None:
    positions = [rule.docs.find(f"\n## {heading}\n") for heading in HEADINGS]
    assert -1 not in positions and positions == sorted(positions)
    for block in re.findall(r"```python\n(.*?)```", rule.docs, re.DOTALL):
        ast.parse(block)


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_file_is_named_after_the_rule(rule: Rule) -> None:
    path = pathlib.Path(rule.check.__code__.co_filename)
    assert path.stem == rule.name.replace("-", "_")
    assert pathlib.Path(rules.__file__).parent in path.parents
    assert re.fullmatch(r"TS[1-9]\d\d", rule.code)


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_has_as_many_silent_snippets_as_examples(rule: Rule) -> None:
    assert rule.examples and len(rule.ok) >= len(rule.examples)


@pytest.mark.parametrize("rule, example", EXAMPLES)
def test_example_is_reported(rule: Rule, example: Example) -> None:
    assert [f.code for f in lint(example.bad, None, every) if f.code == rule.code]


@pytest.mark.parametrize("rule, example", EXAMPLES)
def test_example_is_fixed_at_the_declared_level(rule: Rule, example: Example) -> None:
    unsafe = rule.applicability is not Applicability.SAFE
    result = fix(example.bad, None, rule.code.__eq__, unsafe=unsafe)
    assert result.source == (example.good or example.bad)
    if unsafe:
        assert fix(example.bad, None, rule.code.__eq__).source == example.bad


@pytest.mark.parametrize("rule, example", EXAMPLES)
def test_fixing_again_changes_nothing(rule: Rule, example: Example) -> None:
    once = fix(example.bad, None, every, unsafe=True).source
    assert fix(once, None, every, unsafe=True).source == once
    compile(once, "fixed", "exec")


@pytest.mark.parametrize("rule, example", EXAMPLES)
def test_edits_of_safe_fixes_give_what_fix_writes(rule: Rule, example: Example) -> None:
    fixes = [f.fix for f in lint(example.bad, None, every) if f.fix and f.fix.applicability is Applicability.SAFE]
    assert apply_edits(example.bad, [e for f in fixes for e in f.edits]) == fix(example.bad, None, every).source


@pytest.mark.parametrize("rule, example", EXAMPLES)
def test_screening_lets_every_example_through(rule: Rule, example: Example) -> None:
    assert list(candidates(FileNames(ast.parse(example.bad)), example.bad, places(example.bad)))


@pytest.mark.parametrize("rule, snippet", SILENT)
def test_silent(rule: Rule, snippet: str) -> None:
    assert [f for f in lint(snippet, None, every) if f.code == rule.code] == []
