"""Receivers over several rows: reported where `forward` stands, and rewritten without losing anything."""

from __future__ import annotations

import pytest

from flake8_torchstyle.engine import fix, lint

from .verdicts import with_net

SPELLINGS = {
    "backslash": ("y = net \\\n    .forward(1)\n", "y = net(1)\n"),
    "backslash-behind-the-dot": ("y = net. \\\n    forward(1)\n", "y = net(1)\n"),
    "parentheses": ("y = (\n    net\n    .forward(1)\n)\n", "y = (\n    net(1)\n)\n"),
    "receiver-in-parentheses": ("y = (net).forward(1)\n", "y = (net)(1)\n"),
    "constructor-over-rows": ("y = Net(\n).forward(\n    1,\n)\n", "y = Net(\n)(\n    1,\n)\n"),
    "comment-between": ("y = (\n    net  # kept\n    .forward(1)\n)\n", "y = (\n    net  # kept\n    .forward(1)\n)\n"),
    "chain": ("y = net.to('cpu').eval().forward(1)\n", "y = net.to('cpu').eval()(1)\n"),
    "keywords": ("y = net.forward(*a, **k)\n", "y = net(*a, **k)\n"),
    "nested": ("y = net.forward(net.forward(1))\n", "y = net(net(1))\n"),
}


@pytest.mark.parametrize("text, fixed", [pytest.param(*case, id=name) for name, case in SPELLINGS.items()])
def test_spelling(text: str, fixed: str) -> None:
    source = with_net("net = Net()\n" + text)
    found = lint(source, None, "TS101".__eq__)[0]
    assert source.splitlines()[found.start.row - 1][found.start.column - 1 :].startswith("forward")
    assert fix(source, None, "TS101".__eq__).source == with_net("net = Net()\n" + fixed)
