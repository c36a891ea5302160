"""Functions that are handed on without being called: where another may take their place, and where not."""

from __future__ import annotations

import pytest

from flake8_torchstyle.diagnostics import code
from flake8_torchstyle.engine import lint

CASES = {
    "variable": ("act = torch.relu", "safe"),
    "default": ("def f(act=torch.relu): ...", "safe"),
    "value of a dict": ("table = {'relu': torch.relu}", "safe"),
    "returned": ("def f():\n    return torch.relu", "safe"),
    "attribute of an object": ("class A:\n    def __init__(self):\n        self.act = torch.relu", "safe"),
    "one of two": ("act = torch.relu if a else b", "safe"),
    "argument": ("f(torch.relu)", "unsafe"),
    "argument, nested": ("f(act=a or torch.relu)", "unsafe"),
    "argument of partial": ("from functools import partial\nf = partial(torch.relu, x)", "unsafe"),
    "the same object in both modules": ("class A:\n    conv = torch.conv2d", "safe"),
    "the same object as an argument": ("f(torch.conv2d)", "safe"),
    "class body": ("class A:\n    act = torch.relu", None),
    "class body, annotated": ("class A:\n    act: object = torch.relu", None),
    "class body, one of two": ("class A:\n    act = torch.relu if a else b", None),
    "attribute of a class": ("A.act = torch.relu", None),
    "class method": ("class A:\n    @classmethod\n    def f(cls):\n        cls.act = torch.relu", None),
    "attribute of another object": ("class A:\n    def f(self, other):\n        other.act = torch.relu", None),
    "compared in the file": ("def f(act=torch.relu):\n    return act is torch.relu", None),
    "key in the file": ("act = torch.relu\nnames = {torch.relu: 'relu'}", None),
    "other parameters": ("act = torch.dropout", None),
    "other parameters, in partial": ("from functools import partial\nf = partial(torch.dropout, train=True)", None),
}
SILENT = {
    "compared": "act is torch.relu",
    "in a tuple": "act in (torch.relu, torch.selu)",
    "key": "table = {torch.relu: 1}",
    "subscript": "table[torch.relu]",
    "decorator argument": "@implements(torch.relu)\ndef relu(x): ...",
    "registration": "implements(torch.relu)(handler)",
    "attribute": "torch.relu.__name__",
}


def every(_code: str) -> bool:
    return True


@pytest.mark.parametrize("snippet, level", CASES.values(), ids=CASES)
def test_applicability(snippet: str, level: str | None) -> None:
    findings = lint(code(f"import torch\n\n{snippet}\n"), None, every)
    (finding,) = findings
    assert (finding.fix.applicability.value if finding.fix else None) == level


@pytest.mark.parametrize("snippet", SILENT.values(), ids=SILENT)
def test_silent(snippet: str) -> None:
    assert lint(code(f"import torch\n\n{snippet}\n"), None, every) == ()
