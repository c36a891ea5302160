"""Properties over generated programs: the engine never crashes, what it writes compiles and is its own fixed point."""

from __future__ import annotations

import ast

from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_torchstyle.diagnostics import Applicability
from flake8_torchstyle.engine import fix, lint
from flake8_torchstyle.text import LineTable, apply_edits
from flake8_torchstyle.torch_api.aliases import ALIASES

IMPORTS = (
    "import torch", "import torch as th", "from torch import nn", "from torch import relu, softmax as s",
    "import torch.nn.functional as F", "from torch.nn import functional", "from torch import *", "F = 1",
    "import os; import torch", "try:\n    import torch\nexcept ImportError:\n    torch = None",
    "import torch.utils.data", "torch = object()",
)  # fmt: skip
FUNCTIONS = (
    *sorted(ALIASES),
    "th.relu",
    "th.softmax",
    "relu",
    "s",
    "nn.Softmax(1)",
    "nn.ReLU(inplace=True)",
    "nn.Dropout(0.1)",
    "nn.NLLLoss(torch.relu)",
    "nn.BCELoss(weight=torch.relu(x))",
    "nn.ReflectionPad1d(1).forward",
    "torch.log",
    "x.softmax",
    "F.softmax",
    "F.nll_loss",
    "map",
    "net.forward",
    "super().forward",
    "F.relu",
)
ATOMS = ("x", "w", "0", "1", "2", "-1", "0.5", "True", "False", "None", "'mean'", "torch.relu", "[1, 2]", "é", "f'{x}'")
KEYWORDS = ("input", "weight", "train", "training", "p", "dim", "dtype", "reduction", "out", "inplace", "size_average")
GAPS = ("", "", "", " ", "\n    ", "  # why\n    ")


@st.composite
def expressions(draw: st.DrawFn, depth: int = 0) -> str:
    """A call of a function, its arguments calls again up to a depth, with odd but legal blanks and comments."""
    if depth > 2 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(ATOMS))
    gap = st.sampled_from(GAPS)
    count = draw(st.integers(0, 5))
    positional = draw(st.integers(0, count))
    arguments = []
    for index in range(count):
        value = draw(expressions(depth=depth + 1))
        prefix = (
            "" if index < positional else f"{draw(st.sampled_from(KEYWORDS))}{index if draw(st.booleans()) else ''}="
        )
        arguments.append(
            draw(gap) + draw(st.sampled_from(("", "", "*" if not prefix else ""))) + prefix + value + draw(gap)
        )
    return f"{draw(st.sampled_from(FUNCTIONS))}({','.join(arguments)})"


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A module: imports, then assignments at the top, in a function and in a class."""
    rows = list(draw(st.lists(st.sampled_from(IMPORTS), min_size=1, max_size=4)))
    for index, expression in enumerate(draw(st.lists(expressions(), min_size=1, max_size=4))):
        place = draw(st.sampled_from(("{}", "def f(x):\n    return ({})", "class A:\n    y = ({})", "lambda: ({})")))
        rows.append(place.format(f"({expression})") if place == "{}" else place.format(expression))
        rows.append(f"y{index} = 1  # kept")
    newline = draw(st.sampled_from(("\n", "\r\n")))
    text = "\n".join(rows) + draw(st.sampled_from(("", "\n")))
    return text.replace("\n", newline)


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def every(_code: str) -> bool:
    return True


@settings(max_examples=100, deadline=None)
@given(programs().filter(parses))
def test_fixes_compile_and_are_a_fixed_point(source: str) -> None:
    once = fix(source, None, every, unsafe=True)
    assert parses(once.source)
    assert fix(once.source, None, every, unsafe=True).source == once.source
    assert once.remaining == lint(once.source, None, every)
    assert once.source.count("# why") == source.count("# why") and once.source.count("# kept") == source.count("# kept")


@settings(max_examples=60, deadline=None)
@given(programs().filter(parses))
def test_the_edits_of_safe_fixes_are_what_fix_writes(source: str) -> None:
    findings = lint(source, None, every)
    assert list(findings) == sorted(findings, key=lambda finding: finding.sort_key)
    fixes = [f.fix for f in findings if f.fix and f.fix.applicability is Applicability.SAFE]
    assert apply_edits(source, [edit for fix_ in fixes for edit in fix_.edits]) == fix(source, None, every).source
    table = LineTable(source)
    assert all(table.between(f.start, f.end).isidentifier() for f in findings)


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("torch.relu(x)F softmax\n\r\t#'\"\\,=*:[]{}é\f 01import as from"), max_size=120)
)
def test_any_text_gives_findings_or_a_syntax_error(text: str) -> None:
    try:
        findings = lint(text, None, every)
    except SyntaxError:
        assert not parses(text)
    else:
        assert isinstance(findings, tuple)
