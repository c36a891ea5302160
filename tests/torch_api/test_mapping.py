"""How one call of an alias is planned: which arguments get keywords, which go away, which calls have no plan."""

from __future__ import annotations

import ast

import pytest

from flake8_torchstyle.torch_api.aliases import lookup
from flake8_torchstyle.torch_api.mapping import NON_LITERAL, Argument, plan_call


def rewritten(call: str) -> str | None:
    """The call after its plan, or None."""
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    alias = lookup(ast.unparse(node.func))
    assert alias is not None
    values = [(None, v) for v in node.args] + [(k.arg, k.value) for k in node.keywords]
    plan = plan_call(alias, [Argument(keyword, literal(v), dotted(v)) for keyword, v in values])
    if plan is None:
        return None
    parts = []
    for (keyword, value), step in zip(values, plan.steps, strict=True):
        if not step.drop:
            name = step.keyword or keyword
            parts.append(f"{name}={step.literal or ast.unparse(value)}" if name else step.literal or ast.unparse(value))
    parts += [f"{name}={value}" for name, value in plan.added]
    return f"{alias.target}({', '.join(parts)})"


def literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return NON_LITERAL


def dotted(node: ast.expr) -> str | None:
    return ast.unparse(node) if isinstance(node, (ast.Attribute, ast.Name)) else None


@pytest.mark.parametrize(
    "call, wanted",
    [
        pytest.param("torch.relu(x)", "relu(x)", id="same parameters"),
        pytest.param("torch.relu(input=x)", "relu(input=x)", id="same keyword"),
        pytest.param(
            "torch.batch_norm(x, w, b, m, v, True, 0.1, 1e-05, torch.backends.cudnn.enabled)",
            "batch_norm(x, weight=w, bias=b, running_mean=m, running_var=v, training=True, momentum=0.1, eps=1e-05)",
            id="reordered, flag read by the function itself",
        ),
        pytest.param(
            "torch.batch_norm(x, w, b, running_mean=m, running_var=v, training=t, momentum=0.1, eps=e,"
            " cudnn_enabled=True)",
            "batch_norm(x, weight=w, bias=b, running_mean=m, running_var=v, training=t, momentum=0.1, eps=e)",
            id="mixed",
        ),
        pytest.param("torch.embedding(w, i)", "embedding(weight=w, input=i)", id="swapped"),
        pytest.param("torch.embedding(w, i, -1)", "embedding(weight=w, input=i)", id="no padding"),
        pytest.param("torch.embedding(w, i, 0)", "embedding(weight=w, input=i, padding_idx=0)", id="padding"),
        pytest.param(
            "torch.embedding(indices=i, weight=w, sparse=True)",
            "embedding(input=i, weight=w, sparse=True)",
            id="keywords in another order",
        ),
        pytest.param("torch.dropout(x, 0.5, False)", "dropout(x, 0.5, False)", id="position with another name"),
        pytest.param("torch.dropout(x, p=0.5, train=t)", "dropout(x, p=0.5, training=t)", id="renamed keyword"),
        pytest.param("torch.dropout_(x, 0.5, t)", "dropout(x, 0.5, t, inplace=True)", id="in place"),
        pytest.param("torch.softmax(x, 1, torch.float64)", "softmax(x, 1, dtype=torch.float64)", id="third is dtype"),
        pytest.param("torch.kl_div(x, y, 0)", 'kl_div(x, y, reduction="none")', id="enumeration moves"),
        pytest.param("torch.ctc_loss(a, b, c, d, 0, 2)", 'ctc_loss(a, b, c, d, 0, "sum")', id="enumeration stays"),
        pytest.param(
            "torch.grid_sampler(x, g, 1, 2, False)",
            'grid_sample(x, g, "nearest", "reflection", False)',
            id="two enumerations",
        ),
        pytest.param("torch.rrelu(x, generator=None)", "rrelu(x)", id="no generator"),
        pytest.param("torch.group_norm(x, 2, cudnn_enabled=False)", "group_norm(x, 2)", id="ignored flag"),
        pytest.param("torch._C._nn.elu(x, 1.0, 1)", "elu(x, 1.0)", id="neutral scale"),
        pytest.param(
            "torch.max_pool1d_with_indices(x, 3, stride=1)",
            "max_pool1d(x, 3, stride=1, return_indices=True)",
            id="tuple",
        ),
        pytest.param("torch.conv2d(x, w, out_of=range)", "conv2d(x, w, out_of=range)", id="same object, any call"),
        pytest.param("torch.embedding_bag(w, i, o)", None, id="another result"),
        pytest.param("torch.batch_norm(x, w, b, m, v, True, 0.1, 1e-05, False)", None, id="flag against the default"),
        pytest.param("torch.batch_norm(x, w, b, m, v, True, 0.1, 1e-05, flag)", None, id="flag unknown"),
        pytest.param("torch.embedding(w, i, -2)", None, id="negative index has no counterpart"),
        pytest.param("torch.embedding(w, i, n)", None, id="index unknown"),
        pytest.param("torch.embedding(w, i, True)", None, id="index is no integer"),
        pytest.param("torch.kl_div(x, y, r)", None, id="enumeration unknown"),
        pytest.param("torch.kl_div(x, y, 3)", None, id="enumeration out of range"),
        pytest.param("torch.kl_div(x, y, 1, True)", None, id="keyword-only by position"),
        pytest.param("torch.softmax(x)", None, id="required argument missing"),
        pytest.param("torch.softmax(x, 1, out=y)", None, id="out"),
        pytest.param("torch.relu(x, True)", None, id="too many"),
        pytest.param("torch.relu(x, inplace=True)", None, id="keyword the alias does not take"),
        pytest.param("torch.celu(x, 1.0, alpha=2.0)", None, id="given twice"),
        pytest.param("torch.rrelu(x, generator=g)", None, id="generator"),
        pytest.param("torch._C._nn.elu(x, 1.0, 2)", None, id="scale"),
    ],
)
def test_plan(call: str, wanted: str | None) -> None:
    assert rewritten(call) == wanted
