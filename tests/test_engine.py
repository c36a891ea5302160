"""The engine's promises: nested fixes in one run, comments kept, places right, limits met with a plain error."""

from __future__ import annotations

import pytest

from flake8_torchstyle.diagnostics import Finding
from flake8_torchstyle.engine import fix, lint
from flake8_torchstyle.text import LineTable

HEAD = "import torch\nimport torch.nn.functional as F\n\n"
FIXES = {
    "nested in an argument": ("torch.relu(torch.selu(x))", "F.relu(F.selu(x))"),
    "nested in an argument that gets a keyword": (
        "torch.embedding(torch.relu(w), torch.dropout(i, 0.5, False))",
        "F.embedding(weight=F.relu(w), input=F.dropout(i, 0.5, False))",
    ),
    "method chain": ("torch.relu(x).view(-1).sum()", "F.relu(x).view(-1).sum()"),
    "comprehension": ("[torch.relu(i) for i in torch.selu(x)]", "[F.relu(i) for i in F.selu(x)]"),
    "lambda": ("lambda x: torch.relu(x)", "lambda x: F.relu(x)"),
    "parentheses around the function": ("(torch.relu)(x)", "(F.relu)(x)"),
    "blanks": ("torch . relu (x)", "F.relu (x)"),
    "backslash": ("torch \\\n  .relu(x)", "F.relu(x)"),
    "comment between the arguments": (
        "torch.dropout(\n    x,  # signal\n    0.5,  # p\n    train=True,\n)",
        "F.dropout(\n    x,  # signal\n    0.5,  # p\n    training=True,\n)",
    ),
    "wide characters before": ("'héllo 🙂', torch.relu(x)", "'héllo 🙂', F.relu(x)"),
    "trailing comma": ("torch.embedding(w, i,)", "F.embedding(weight=w, input=i,)"),
    "order of evaluation": ("torch.embedding(f(), g())", "F.embedding(weight=f(), input=g())"),
}
KEPT = {
    "comment in the name": "(torch  # here\n .relu)(x)",
    "comment beside a dropped argument": (
        "torch.layer_norm(x, [3], w, b, 1e-5,  # why\n    True)"
    ),
    "star": "torch.dropout(*a)",
    "two stars": "torch.dropout(**k)",
    "unknown keyword": "torch.dropout(x, 0.5, training=True)",
    "argument missing": "torch.dropout(x)",
    "too many arguments": "torch.dropout(x, 0.5, True, 1)",
    "flag that is not a literal": "torch.batch_norm(x, w, b, m, v, True, 0.1, 1e-5, cudnn)",
    "out": "torch._C._nn.silu(x, out=y)",
}  # fmt: skip


def every(_code: str) -> bool:
    return True


@pytest.mark.parametrize("before, after", FIXES.values(), ids=FIXES)
def test_fix(before: str, after: str) -> None:
    result = fix(f"{HEAD}y = ({before})\n", None, every)
    assert result.source == f"{HEAD}y = ({after})\n"
    assert result.remaining == ()


@pytest.mark.parametrize("snippet", KEPT.values(), ids=KEPT)
def test_reported_but_left_alone(snippet: str) -> None:
    source = f"{HEAD}y = ({snippet})\n"
    result = fix(source, None, every, unsafe=True)
    assert result.source == source and result.applied == ()
    assert len(result.remaining) == 1


@pytest.mark.parametrize("snippet", [before for before, _ in FIXES.values()], ids=FIXES)
def test_a_finding_stands_on_the_wrong_name(snippet: str) -> None:
    source = f"{HEAD}y = ({snippet})\n"
    table = LineTable(source)
    names = {table.between(finding.start, finding.end) for finding in lint(source, None, every)}
    assert names and names <= {"relu", "selu", "embedding", "dropout"}


def test_only_accepted_findings_are_fixed_and_bring_their_import() -> None:
    source = "import torch\n\na = torch.relu(x)\nb = torch.selu(x)\n"

    def second(finding: Finding) -> bool:
        return finding.start.row == 4

    fixed = fix(source, None, every, accept=second)
    assert fixed.source == "import torch\nimport torch.nn.functional as F\n\na = torch.relu(x)\nb = F.selu(x)\n"
    assert [finding.start.row for finding in fixed.remaining] == [4]


def test_unselected_rules_bring_no_import() -> None:
    source = "import torch\n\na = torch.relu(x)\n"
    assert fix(source, None, "TS101".__eq__).source == source


@pytest.mark.parametrize("text", ["x = (", "x = 1\0", "\tx\n y", "(" * 1000], ids=repr)
def test_what_does_not_parse_raises_syntax_error(text: str) -> None:
    with pytest.raises(SyntaxError):
        lint(f"import torch\ntorch.relu(y)\n{text}\n", None, every)


@pytest.mark.parametrize("count", [300, 3000])
def test_an_expression_too_deep_to_walk_raises_syntax_error(count: int) -> None:
    with pytest.raises(SyntaxError, match=r"nested|recursion"):
        lint("import torch\nx = torch" + ".relu(x)" * count, None, every)
