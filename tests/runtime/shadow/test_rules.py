"""Every example of every rule in shadow: it leaves what it leaves without, and a safe fix is not found different."""

from __future__ import annotations

import importlib.util
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from flake8_torchstyle.config import Config
from flake8_torchstyle.diagnostics import Applicability, Example, Rule
from flake8_torchstyle.rules import all_rules
from flake8_torchstyle.runtime.compare import difference
from flake8_torchstyle.runtime.shadow import hook
from flake8_torchstyle.runtime.shadow.plan import PlannedFile, make_plan, write_plan
from flake8_torchstyle.runtime.shadow.report import ShadowReport, read_processes

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in all_rules()
    for number, example in enumerate(rule.examples)
    if example.good is not None
]


@pytest.fixture
def no_shadow() -> Iterator[None]:
    yield
    hook.uninstall()


def executed(path: pathlib.Path) -> dict[str, Any]:
    """The tensors and numbers that executing a file leaves."""
    spec = importlib.util.spec_from_file_location("example", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    torch.manual_seed(0)
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if isinstance(value, (torch.Tensor, int, float))}


@pytest.mark.parametrize("rule, example", EXAMPLES)
def test_an_example_in_shadow(
    rule: Rule, example: Example, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, no_shadow: None
) -> None:
    path = tmp_path / "example.py"
    path.write_text(example.bad)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    plain = executed(path)
    (planned,) = make_plan([str(path)], Config(tmp_path, select=(rule.code,)))
    assert isinstance(planned, PlannedFile)
    folder = tmp_path / "shadow"
    folder.mkdir()
    write_plan(folder, [planned], 5)
    monkeypatch.setenv(hook.FOLDER, str(folder))
    hook.install()
    assert difference(plain, executed(path)) is None
    hook.uninstall()
    content = ShadowReport((), 0, 0.0, [planned], read_processes(folder)).as_json()
    json.dumps(content)
    allowed = {"same", "never executed", "not shadowed"}
    if rule.applicability is not Applicability.SAFE:
        allowed |= {"different"}
    assert set(content["counts"]) <= allowed, content["sites"]
