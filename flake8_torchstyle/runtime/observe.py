"""Run code and record what it did: results, gradients, changes in place, random numbers drawn, the exception raised."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import nn

from .compare import difference


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything observable about one run. Tensors are copies that keep their strides."""

    result: object
    exception: tuple[str, str] | None
    gradients: tuple[object, ...]
    inputs: tuple[object, ...]
    state: dict[str, object]
    random_state: tuple[torch.Tensor, ...]


def differs(old: Observation, new: Observation) -> str | None:
    """The first difference of two runs, or None. Of exceptions the types are compared; messages may name functions."""
    if old.exception or new.exception:
        before, after = (o.exception[0] if o.exception else "no exception" for o in (old, new))
        return None if before == after else f"{before} became {after}"
    for name in ("result", "gradients", "inputs", "state", "random_state"):
        found = difference(getattr(old, name), getattr(new, name), name.replace("_", " "))
        if found:
            return found
    return None


def frozen(value: object) -> object:
    """A copy of a value that later changes in place do not reach; a tensor keeps its strides."""
    if isinstance(value, torch.Tensor):
        return _frozen_tensor(value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [frozen(item) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def _frozen_tensor(tensor: torch.Tensor) -> torch.Tensor:
    layout = {"memory_format": torch.preserve_format} if tensor.layout is torch.strided else {}
    copy = tensor.detach().clone(**layout)
    return copy.requires_grad_(tensor.requires_grad) if tensor.requires_grad else copy


def run(
    build: Callable[[], nn.Module], inputs: Iterable[object], device: torch.device, *, train: bool, grad: bool
) -> Observation:
    """Build a module from a fixed seed, call it once on copies of `inputs`, and with `grad` run backward too."""
    seed(0, device)
    model = build().to(device).train(train)
    leaves = [_leaf(value, grad) for value in inputs]
    # An operator that works in place may not touch a leaf, so it gets a copy that gradients flow through.
    arguments = [_argument(leaf) for leaf in leaves]
    seed(1, device)
    result: object = None
    exception = None
    with warnings.catch_warnings(), torch.set_grad_enabled(grad):
        warnings.simplefilter("ignore")
        try:
            result = model(*arguments)
            if grad:
                _backward(result)
        except Exception as error:  # every exception is an outcome to compare
            exception = (type(error).__name__, str(error))
    return Observation(
        result=frozen(result),
        exception=exception,
        gradients=tuple(frozen(leaf.grad) for leaf in (*leaves, *model.parameters()) if isinstance(leaf, torch.Tensor)),
        inputs=tuple(frozen(argument) for argument in arguments),
        state={name: frozen(buffer) for name, buffer in model.named_buffers()},
        random_state=random_state(device),
    )


def seed(value: int, device: torch.device) -> None:
    """Seed the generators that code on a device draws from.

    `torch.manual_seed` does so for every kind of device there could be, and keeps a stack trace for each that is not.
    """
    torch.default_generator.manual_seed(value)
    if device.type != "cpu":
        torch.get_device_module(device).manual_seed(value)


def random_state(device: torch.device) -> tuple[torch.Tensor, ...]:
    """The state of the random number generators that code on a device draws from."""
    states = [torch.get_rng_state()]
    if device.type != "cpu":
        states.append(torch.get_device_module(device).get_rng_state())
    return tuple(states)


def _leaf(value: object, grad: bool) -> object:
    if not isinstance(value, torch.Tensor):
        return value
    copy = value.detach().clone(memory_format=torch.preserve_format)
    return copy.requires_grad_(grad and value.requires_grad)


def _argument(leaf: object) -> object:
    if isinstance(leaf, torch.Tensor) and leaf.requires_grad:
        return leaf.clone(memory_format=torch.preserve_format)
    return leaf


def _backward(result: object) -> None:
    outputs = [item for item in _tensors(result) if item.requires_grad]
    if outputs:
        # A weight for each element, so that gradients which are permuted or scaled do not look alike.
        total = sum((_weighted(output) for output in outputs), torch.zeros((), device=outputs[0].device))
        total.backward()  # type: ignore[no-untyped-call]


def _weighted(output: torch.Tensor) -> torch.Tensor:
    weights = torch.linspace(0.5, 1.5, output.numel(), device=output.device).reshape(output.shape)
    return (output * weights.to(output.dtype)).sum().float()


def _tensors(value: object) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    return [tensor for item in value for tensor in _tensors(item)] if isinstance(value, (list, tuple)) else []
