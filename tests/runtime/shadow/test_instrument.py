"""Both spellings in one tree: what a rewritten call becomes, what stays as it was, and which sites are refused."""

from __future__ import annotations

import ast
import pathlib

import pytest

from flake8_torchstyle.config import Config
from flake8_torchstyle.runtime.shadow.instrument import HELPER, instrument
from flake8_torchstyle.runtime.shadow.plan import PlannedFile, make_plan

TORCH = "import torch\nimport torch.nn.functional as F\n"
MODULE = "import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n\n\nnet = Net()\n"


def planned(source: str, folder: pathlib.Path) -> PlannedFile:
    path = folder / "m.py"
    path.write_text(source, encoding="utf-8")
    (file,) = make_plan([str(path)], Config(folder))
    assert isinstance(file, PlannedFile)
    return file


def shadowed(source: str, folder: pathlib.Path) -> ast.Module:
    file = planned(source, folder)
    return instrument(source, [p.site for p in file.sites if not p.refused], file.imports).tree


def helper_calls(tree: ast.Module) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == HELPER]


@pytest.mark.parametrize(
    "source, wanted",
    [
        pytest.param(
            f"{TORCH}torch.relu(f(x))",
            "lambda _0, _1: _0.relu(_1), lambda _0, _1, F: F.relu(_1), (lambda: F,), torch, f(x)",
            id="one argument",
        ),
        pytest.param(
            "import torch\ntorch.relu(x)",
            "lambda _0, _1: _0.relu(_1), lambda _0, _1, F: F.relu(_1), ('torch.nn.functional',), torch, x",
            id="an import that the fix would add",
        ),
        pytest.param(
            f"{TORCH}torch.dropout(f(x), 0.5, train=self.training)",
            "lambda _0, _1, _2: _0.dropout(_1, 0.5, train=_2), "
            "lambda _0, _1, _2, F: F.dropout(_1, 0.5, training=_2), (lambda: F,), torch, f(x), self.training",
            id="a renamed keyword",
        ),
        pytest.param(
            f"{TORCH}torch.embedding(w(), i(), -1)",
            "lambda _0, _1, _2: _0.embedding(_1, _2, -1), "
            "lambda _0, _1, _2, F: F.embedding(weight=_1, input=_2), (lambda: F,), torch, w(), i()",
            id="a dropped constant",
        ),
        pytest.param(
            f"{TORCH}torch.group_norm(x, 2, cudnn_enabled=torch.backends.cudnn.enabled)",
            "lambda _0, _1, _2: _0.group_norm(_1, 2, cudnn_enabled=_2.backends.cudnn.enabled), "
            "lambda _0, _1, _2, F: F.group_norm(_1, 2), (lambda: F,), torch, x, torch",
            id="a dropped name",
        ),
        pytest.param(
            f"{TORCH}torch.conv2d(*a(), **k())",
            "lambda _0, _1, _2: _0.conv2d(*_1, **_2), lambda _0, _1, _2, F: F.conv2d(*_1, **_2), (lambda: F,), "
            "torch, [*a()], {**k()}",
            id="unpacked arguments are unpacked once",
        ),
        pytest.param(
            f"{TORCH}torch.bilinear(x, x, w)",
            "lambda _0, _1, _2, _3: _0.bilinear(_1, _2, _3), "
            "lambda _0, _1, _2, _3, F: F.bilinear(_1, _2, _3), (lambda: F,), torch, x, x, w",
            id="equal arguments stay in order",
        ),
        pytest.param(
            f"{MODULE}net.forward(f(), k=1)",
            "lambda _0, _1: _0.forward(_1, k=1), lambda _0, _1: _0(_1, k=1), (), net, f()",
            id="forward",
        ),
    ],
)
def test_a_call_becomes(source: str, wanted: str, tmp_path: pathlib.Path) -> None:
    (call,) = helper_calls(shadowed(source, tmp_path))
    assert ", ".join(ast.unparse(argument) for argument in call.args[1:]) == wanted


def test_nested_sites_are_inside_the_operands(tmp_path: pathlib.Path) -> None:
    outer, inner = helper_calls(shadowed(f"{TORCH}torch.selu(torch.relu(x))", tmp_path))
    assert inner in outer.args


def test_positions_are_those_of_the_source(tmp_path: pathlib.Path) -> None:
    source = f"{TORCH}\ny = torch.relu(\n    f(\n        x\n    ),\n)\n"
    tree = shadowed(source, tmp_path)
    rows = {node.lineno for call in helper_calls(tree) for node in ast.walk(call) if isinstance(node, ast.expr)}
    assert rows <= {4, 5, 6}
    compile(tree, "m.py", "exec")


def test_the_helper_is_imported_behind_docstring_and_future(tmp_path: pathlib.Path) -> None:
    tree = shadowed(f'"""Doc."""\nfrom __future__ import annotations\n{TORCH}torch.relu(x)\n', tmp_path)
    assert ast.get_docstring(tree) == "Doc."
    assert [ast.unparse(statement)[:12] for statement in tree.body[1:3]] == ["from __futur", "from flake8_"]


def test_awaits_walruses_and_yields_stay_in_place(tmp_path: pathlib.Path) -> None:
    source = f"{TORCH}\nasync def f():\n    return torch.relu(await g(y := 1)), y\n"
    (call,) = helper_calls(shadowed(source, tmp_path))
    assert ast.unparse(call.args[-1]) == "await g((y := 1))"
    compile(shadowed(source, tmp_path), "m.py", "exec")


@pytest.mark.parametrize(
    "source, reason",
    [
        pytest.param(f"{MODULE}map(net.forward, xs)", "a reference, not a call", id="forward handed on"),
    ],
)
def test_refused(source: str, reason: str, tmp_path: pathlib.Path) -> None:
    (site,) = planned(source, tmp_path).sites
    assert site.refused.startswith(reason)
    assert not helper_calls(shadowed(source, tmp_path))


def test_suppressed_and_display_only_findings_are_not_planned(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(f"{TORCH}torch.relu(x)  # noqa: TS201\ntorch.embedding_bag(a, b, c)\n")
    assert list(make_plan([str(path)], Config(tmp_path))) == []


def test_a_file_that_does_not_parse_is_named(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "m.py"
    path.write_text("import torch\ntorch.relu(\n")
    (problem,) = make_plan([str(path)], Config(tmp_path))
    assert isinstance(problem, str)
    assert problem.startswith(str(path))
