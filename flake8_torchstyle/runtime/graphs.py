"""The second proof, without data: both spellings traced under fake tensors must give the same ATen graph.

`torch.fx.experimental.proxy_tensor.make_fx` records the operators that reach the dispatcher; two programs with the same
operators, arguments and constants compute the same, whatever the values.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import fx, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.func import functional_call
from torch.fx.experimental.proxy_tensor import make_fx

from .cases import Case, builder
from .execute import Setting, make_inputs
from .verdicts import Outcome, Verdict

_SETTING = Setting("graph", torch.float32, train=True, grad=False)
_SIZE_KEPT = "apart from an `expand` of a tensor to the size that it has"


def traceable(kinds: Iterable[str]) -> tuple[list[torch.device], dict[str, str]]:
    """The kinds of device that need not be present to be traced for, and why the others cannot be."""
    found: list[torch.device] = []
    reasons: dict[str, str] = {}
    for kind in kinds:
        try:
            _trace(nn.Identity, [torch.ones(1)], torch.device(kind))
        except Exception as error:  # each backend has its own way to say that it was not compiled in
            reasons[kind] = str(error).split("\n")[0]
        else:
            found.append(torch.device(kind))
    return found, reasons


def compare_graphs(case: Case, device: torch.device) -> Verdict:
    """Whether the programs of a case trace to the same graph; RAISES where the operator cannot be traced."""
    inputs = make_inputs(case.tensors, _SETTING, torch.device("cpu"))
    try:
        old, new = (_trace(builder(source), inputs, device) for source in (case.old, case.new))
    except Exception as error:  # what cannot be traced raises whatever the operator's meta function raises
        return Verdict(Outcome.RAISES, f"cannot be traced: {type(error).__name__}: {error}".split("\n")[0])
    found = graph_difference(old.graph, new.graph)
    if found and not graph_difference(old.graph, new.graph, dropped=_keeps_size):
        return Verdict(Outcome.EDGE, f"the same {_SIZE_KEPT}")
    return Verdict(Outcome.DIFFERENT, found) if found else Verdict(Outcome.SAME)


def _trace(build: Callable[[], nn.Module], inputs: list[torch.Tensor], device: torch.device) -> fx.GraphModule:
    model = build()
    mode = FakeTensorMode()
    state = {name: mode.from_tensor(tensor.detach()) for name, tensor in _state(model)}
    fakes = [mode.from_tensor(tensor.detach()) for tensor in inputs]
    with warnings.catch_warnings(), mode:
        warnings.simplefilter("ignore")
        moved: dict[str, torch.Tensor] = {name: tensor.to(device) for name, tensor in state.items()}
        arguments: list[torch.Tensor] = [tensor.to(device) for tensor in fakes]
        return make_fx(lambda *images: functional_call(model, moved, images))(*arguments)


def _state(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from model.named_parameters()
    yield from model.named_buffers()


def _keeps_size(node: fx.Node) -> bool:
    """Whether a node expands a tensor to the size that it has, which changes nothing."""
    if node.target is not torch.ops.aten.expand.default:
        return False
    source = node.args[0]
    return isinstance(source, fx.Node) and source.meta["val"].shape == node.meta["val"].shape


def graph_difference(
    old: fx.Graph, new: fx.Graph, dropped: Callable[[fx.Node], bool] = lambda node: False
) -> str | None:
    """The first node in which two graphs differ: its operation, target, arguments or constants.

    Nodes that `dropped` picks count as the tensor that they are made from.
    """
    before, order_before = _numbered(old, dropped)
    after, order_after = _numbered(new, dropped)
    if len(before) != len(after):
        return f"{len(before)} nodes became {len(after)}"
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        first, second = _described(one, order_before), _described(other, order_after)
        if first != second:
            return f"node {index}: {first} became {second}"
    return None


def _numbered(graph: fx.Graph, dropped: Callable[[fx.Node], bool]) -> tuple[list[fx.Node], dict[fx.Node, int]]:
    nodes: list[fx.Node] = []
    order: dict[fx.Node, int] = {}
    for node in graph.nodes:
        if dropped(node):
            order[node] = order[node.all_input_nodes[0]]
        else:
            order[node] = len(nodes)
            nodes.append(node)
    return nodes, order


def _described(node: fx.Node, order: dict[fx.Node, int]) -> str:
    """A node with the nodes it uses by their position, since names depend on the spelling."""
    arguments = {name: _placed(value, order) for name, value in _with_defaults(node).items()}
    target = "" if node.op == "placeholder" else node.target
    return f"{node.op} {target} {arguments}"


def _with_defaults(node: fx.Node) -> dict[str, object]:
    """A node's arguments by name, defaults of the operator's schema filled in: leaving one out means the same.

    An empty stride of a pooling operator means the kernel's size (ATen/native/Pool.h).
    """
    if not isinstance(node.target, torch._ops.OpOverload):
        return {"args": node.args, **node.kwargs}
    schema = node.target._schema.arguments
    found = {argument.name: argument.default_value for argument in schema if argument.has_default_value()}
    found |= {argument.name: value for argument, value in zip(schema, node.args, strict=False)}
    found |= node.kwargs
    if found.get("stride") == [] and "kernel_size" in found:
        found["stride"] = found["kernel_size"]
    return {name: _number(value) for name, value in found.items()}


def _placed(value: object, order: dict[fx.Node, int]) -> object:
    if isinstance(value, (list, tuple)):
        return [_placed(item, order) for item in value]
    return f"%{order[value]}" if isinstance(value, fx.Node) else value


def _number(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
