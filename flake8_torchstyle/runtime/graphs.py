"""The second proof, without data: both spellings traced under fake tensors must give the same ATen graph.

`torch.fx.experimental.proxy_tensor.make_fx` records the operators that reach the dispatcher; two programs with the same
operators, arguments and constants compute the same, whatever the values.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import fx, nn
from torch.fx.experimental.proxy_tensor import make_fx

from .cases import Case, builder
from .execute import Setting, make_inputs
from .verdicts import Outcome, Verdict

# Rows whose documented function does a little more before it calls the same operator.
_NO_STRIDE = "the function leaves it to the operator that the stride is the kernel's size"
_OTHER_GRAPH = {
    "torch._C._nn.binary_cross_entropy": "`F.binary_cross_entropy` expands `weight` to the input's shape",
    **{f"torch.nn.{pool}Pool{n}d": _NO_STRIDE for pool in ("Avg", "Max") for n in (2, 3)},
}
_SETTING = Setting("graph", torch.float32, train=True, grad=False)


def compare_graphs(case: Case) -> Verdict:
    """Whether the programs of a case trace to the same graph; NOT SUPPORTED where the operator cannot be traced."""
    inputs = make_inputs(case.tensors, _SETTING, torch.device("cpu"))
    try:
        old, new = (_trace(builder(source), inputs) for source in (case.old, case.new))
    except Exception as error:  # what cannot be traced raises whatever the operator's meta function raises
        return Verdict(Outcome.RAISES, f"cannot be traced: {type(error).__name__}: {error}".split("\n")[0])
    found = graph_difference(old.graph, new.graph)
    if found and case.row in _OTHER_GRAPH:
        return Verdict(Outcome.EDGE, f"{_OTHER_GRAPH[case.row]}: {found}")
    return Verdict(Outcome.DIFFERENT, found) if found else Verdict(Outcome.SAME)


def _trace(build: Callable[[], nn.Module], inputs: list[torch.Tensor]) -> fx.GraphModule:
    torch.manual_seed(0)
    model = build()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_fx(model, tracing_mode="fake", _allow_non_fake_inputs=True)(*(tensor.detach() for tensor in inputs))


def graph_difference(old: fx.Graph, new: fx.Graph) -> str | None:
    """The first node in which two graphs differ: its operation, target, arguments or constants."""
    before, after = list(old.nodes), list(new.nodes)
    if len(before) != len(after):
        return f"{len(before)} nodes became {len(after)}"
    order_before = {node: index for index, node in enumerate(before)}
    order_after = {node: index for index, node in enumerate(after)}
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        first, second = _described(one, order_before), _described(other, order_after)
        if first != second:
            return f"node {index}: {first} became {second}"
    return None


def _described(node: fx.Node, order: dict[fx.Node, int]) -> str:
    """A node with the nodes it uses by their position, since names depend on the spelling."""
    arguments = {name: _placed(value, order) for name, value in _with_defaults(node).items()}
    target = "" if node.op == "placeholder" else node.target
    return f"{node.op} {target} {arguments}"


def _with_defaults(node: fx.Node) -> dict[str, object]:
    """A node's arguments by name, defaults of the operator's schema filled in: leaving one out means the same."""
    if not isinstance(node.target, torch._ops.OpOverload):
        return {"args": node.args, **node.kwargs}
    schema = node.target._schema.arguments
    found = {argument.name: argument.default_value for argument in schema if argument.has_default_value()}
    found |= {argument.name: value for argument, value in zip(schema, node.args, strict=False)}
    return {name: _number(value) for name, value in (found | node.kwargs).items()}


def _placed(value: object, order: dict[fx.Node, int]) -> object:
    if isinstance(value, (list, tuple)):
        return [_placed(item, order) for item in value]
    return f"%{order[value]}" if isinstance(value, fx.Node) else value


def _number(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
