"""The values that a call gets: the tensors, modules and generators among them, and copies of all that for another run.

A copy keeps what can be told apart from outside: strides, storage offset, which tensors share memory, whether a tensor
is a leaf. It is cut off from the program's autograd graph; gradients flow to fresh leaves (`Copies.leaves`).
"""

from __future__ import annotations

import collections
import copy
import sys
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import torch
from torch import nn

_PLAIN = (torch.Tensor, nn.Parameter)
_CONTAINERS = frozenset({dict, list, set, collections.OrderedDict, collections.defaultdict, collections.deque})

Observed = tuple[tuple[object, ...], list[torch.Tensor], dict[str, torch.Tensor]]


class UnsuitableError(Exception):
    """Why the call at hand cannot be run twice."""


class Values:
    """What a call gets, and the state before it: tensors' memory, the attributes and buffers of modules.

    Raises UnsuitableError for values of which no faithful copy can be made.
    """

    def __init__(self, operands: Sequence[object]) -> None:
        self._live = operands
        # Lists and dicts among the operands may be changed by the call: what they hold now is kept.
        self._operands = tuple(_rebuilt(operand, {}) for operand in operands)
        self.tensors: dict[int, torch.Tensor] = {}
        self.modules: dict[int, nn.Module] = {}
        self.generators: dict[int, torch.Generator] = {}
        for operand in operands:
            self._collect(operand)
        self._states = {key: dict(vars(module)) for key, module in self.modules.items()}
        own = [value for state in self._states.values() for _, value in _tensors_of_state(state)]
        self.state_tensors = {id(tensor): _suitable(tensor) for tensor in own}
        self.parameters = {id(p): p for m in self.modules.values() for p in m._parameters.values() if p is not None}
        self._containers = {
            (key, name): copy.copy(value)
            for key, state in self._states.items()
            for name, value in state.items()
            if type(value) in _CONTAINERS
        }
        self._versions = [_version(parameter) for parameter in self.parameters.values()]
        self._memory = _Memory([*self.tensors.values(), *self.state_tensors.values()])
        self._generator_states = {key: g.get_state() for key, g in self.generators.items()}

    def _collect(self, value: object) -> None:
        if isinstance(value, torch.Tensor):
            self.tensors.setdefault(id(value), _suitable(value))
        elif isinstance(value, nn.Module):
            self._collect_modules(value)
        elif isinstance(value, torch.Generator):
            self.generators[id(value)] = value
        elif isinstance(value, Iterator):
            raise UnsuitableError(f"an operand is an iterator ({type(value).__name__}), good for one pass")
        elif isinstance(value, torch.fx.Proxy):
            raise UnsuitableError("traced by torch.fx")
        else:
            for item in _items(value):
                self._collect(item)

    def _collect_modules(self, module: nn.Module) -> None:
        for inner in module.modules():
            if isinstance(inner, torch.jit.ScriptModule):
                raise UnsuitableError("a scripted module")
            compiler = sys.modules.get("torch._dynamo.eval_frame")
            wrapped = compiler is not None and isinstance(inner, compiler.OptimizedModule)
            if wrapped or inner._compiled_call_impl is not None:
                raise UnsuitableError("a module compiled by torch.compile")
            self.modules[id(inner)] = inner

    @property
    def devices(self) -> set[torch.device]:
        """Where the tensors lie, parameters included."""
        return {t.device for t in (*self.tensors.values(), *self.state_tensors.values(), *self.parameters.values())}

    @property
    def signature(self) -> str:
        """Types and shapes of the operands' tensors, and the modes that change what an operator does."""
        words = [_described(tensor) for tensor in self.tensors.values()]
        words += ["training"] * any(module.training for module in self.modules.values())
        words += ["autocast"] * any(torch.is_autocast_enabled(device.type) for device in self.devices)
        return ", ".join(words) + ("" if torch.is_grad_enabled() else ", no grad")

    @property
    def flows(self) -> bool:
        """Whether gradients may flow to anything that the call gets."""
        return any(t.requires_grad for t in (*self.tensors.values(), *self.parameters.values()))

    def observed(self) -> Observed:
        """The operands, their tensors and those of modules, as they are at present."""
        state = _named_state(vars(module) for module in self.modules.values())
        return tuple(self._live), list(self.tensors.values()), state

    def check_parameters(self) -> None:
        """Raises UnsuitableError when the call has changed a parameter: parameters are not copied."""
        if self._versions != [_version(parameter) for parameter in self.parameters.values()]:
            raise UnsuitableError("it changes a parameter in place")

    def copies(self) -> Copies:
        """The operands as they were before the call, tensors copied."""
        memo, leaves = self._memory.rebuilt()
        for key, state in self._generator_states.items():
            generator = torch.Generator(device=self.generators[key].device)
            generator.set_state(state)
            memo[key] = generator
        states = {key: self._state_before(key, memo) for key in self.modules}
        operands = tuple(_rebuilt(operand, memo) for operand in self._operands)
        return Copies(self, operands, states, memo, leaves)

    def _state_before(self, key: int, memo: Mapping[int, Any]) -> dict[str, Any]:
        """A module's attributes as they were: containers copied, tensors among them and in them copied."""
        state: dict[str, Any] = {}
        for name, value in self._states[key].items():
            kept = self._containers.get((key, name), value)
            if type(kept) in _CONTAINERS and isinstance(kept, dict):
                state[name] = copy.copy(kept)
                state[name].update((k, memo[id(v)]) for k, v in kept.items() if id(v) in memo and k is not None)
            elif type(kept) in _CONTAINERS:
                state[name] = copy.copy(kept)
            else:
                state[name] = memo.get(id(kept), kept)
        return state


@dataclass(frozen=True, slots=True)
class Copies:
    """The operands of one more run. As a context, modules have the state of before the call."""

    values: Values
    operands: tuple[object, ...]
    states: dict[int, dict[str, Any]]
    memo: dict[int, Any]
    leaves: list[torch.Tensor]

    def run(self, function: Any, extra: Sequence[object]) -> object:
        """Call a function on the copies, with the modules in their earlier state; the present state is put back."""
        modules = self.values.modules
        live = {key: vars(module) for key, module in modules.items()}
        try:
            for key, module in modules.items():
                object.__setattr__(module, "__dict__", self.states[key])
            return function(*self.operands, *extra)
        finally:
            for key, module in modules.items():
                object.__setattr__(module, "__dict__", live[key])

    def observed(self) -> Observed:
        """The operands, their tensors and those of modules, as the run has left them."""
        return self.operands, [self.memo[key] for key in self.values.tensors], _named_state(self.states.values())


def _named_state(states: Iterable[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
    return {
        f"{number}.{name}": tensor for number, state in enumerate(states) for name, tensor in _tensors_of_state(state)
    }


def _described(tensor: torch.Tensor) -> str:
    grad = " grad" if tensor.requires_grad else ""
    return f"{str(tensor.dtype).removeprefix('torch.')}{list(tensor.shape)}{grad}"


def _suitable(tensor: torch.Tensor) -> torch.Tensor:
    if type(tensor) not in _PLAIN:
        raise UnsuitableError(f"a tensor subclass ({type(tensor).__name__})")
    if tensor.is_meta:
        raise UnsuitableError("tensors on the meta device hold no data")
    if tensor.is_nested or tensor.is_quantized or tensor.is_conj() or tensor.is_neg():
        raise UnsuitableError("nested, quantized and lazily conjugated tensors are not copied")
    return tensor


def _tensors_of_state(state: Mapping[str, Any]) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors that a module holds apart from its parameters, by name: buffers and plain attributes."""
    for name, value in state.items():
        if name == "_parameters":
            continue
        members = value.items() if type(value) in _CONTAINERS and isinstance(value, dict) else ((name, value),)
        for inner, member in members:
            if isinstance(member, torch.Tensor) and not isinstance(member, nn.Parameter):
                yield str(inner), member


def _items(value: object) -> list[object]:
    """The members of a container; none for an object that is not one."""
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in fields(value)]
    return []


def _rebuilt(value: object, memo: Mapping[int, Any]) -> Any:
    """A value with the tensors in it replaced by their copies; containers are new, other objects the same."""
    if id(value) in memo:
        return memo[id(value)]
    if isinstance(value, (types.ModuleType, nn.Module)):
        return value
    if isinstance(value, tuple):
        items = [_rebuilt(item, memo) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, list):
        made = copy.copy(value)
        made[:] = [_rebuilt(item, memo) for item in value]
        return made
    if isinstance(value, dict):
        mapping = copy.copy(value)
        for key, item in value.items():
            mapping[key] = _rebuilt(item, memo)
        return mapping
    if is_dataclass(value) and not isinstance(value, type):
        made_object = copy.copy(value)
        for field in fields(value):
            object.__setattr__(made_object, field.name, _rebuilt(getattr(value, field.name, None), memo))
        return made_object
    return value


class _Memory:
    """What tensors held at one time, by the storage they lie in, so that those which share memory go on sharing it."""

    def __init__(self, tensors: Sequence[torch.Tensor]) -> None:
        self._tensors = tensors
        self._plain: dict[int, torch.Tensor] = {}
        self._spans: dict[tuple[int, torch.dtype], _Span] = {}
        for tensor in tensors:
            if tensor.layout is not torch.strided:
                self._plain[id(tensor)] = tensor.detach().clone()
            elif tensor.numel():
                self._spans.setdefault(_where(tensor), _Span()).widen(tensor)
        for span in self._spans.values():
            span.save()

    def rebuilt(self) -> tuple[dict[int, Any], list[torch.Tensor]]:
        """New tensors by the id of the old, and the leaves to which their gradients flow."""
        bases = {where: span.copy() for where, span in self._spans.items()}
        made: dict[int, Any] = {}
        leaves: list[torch.Tensor] = []
        flowing: dict[tuple[int, torch.dtype], torch.Tensor] = {}
        for tensor in self._tensors:
            if id(tensor) in made:
                continue
            copied = self._copy(tensor, bases)
            if not tensor.requires_grad:
                made[id(tensor)] = copied
            elif tensor.is_leaf or torch.is_inference_mode_enabled():
                leaf = nn.Parameter(copied) if isinstance(tensor, nn.Parameter) else copied.requires_grad_()
                leaves.append(leaf)
                made[id(tensor)] = leaf
            else:
                # What autograd tracks may be changed in place unless it is a leaf, or a view of one.
                with torch.enable_grad():
                    made[id(tensor)] = self._flowing(tensor, copied, bases, flowing, leaves)
        return made, leaves

    def _copy(self, tensor: torch.Tensor, bases: Mapping[tuple[int, torch.dtype], torch.Tensor]) -> torch.Tensor:
        if id(tensor) in self._plain:
            return self._plain[id(tensor)].clone()
        if not tensor.numel():
            return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device=tensor.device)
        where = _where(tensor)
        offset = tensor.storage_offset() - self._spans[where].first
        return bases[where].as_strided(tensor.shape, tensor.stride(), offset)

    def _flowing(
        self,
        tensor: torch.Tensor,
        copied: torch.Tensor,
        bases: Mapping[tuple[int, torch.dtype], torch.Tensor],
        flowing: dict[tuple[int, torch.dtype], torch.Tensor],
        leaves: list[torch.Tensor],
    ) -> torch.Tensor:
        if tensor.layout is not torch.strided or not tensor.numel():
            leaf = copied.detach().requires_grad_()
            leaves.append(leaf)
            return leaf.clone()
        where = _where(tensor)
        if where not in flowing:
            leaf = bases[where].detach().requires_grad_()
            leaves.append(leaf)
            flowing[where] = leaf.clone()
        offset = tensor.storage_offset() - self._spans[where].first
        return flowing[where].as_strided(tensor.shape, tensor.stride(), offset)


class _Span:
    """The part of a storage that tensors of one dtype lie in."""

    def __init__(self) -> None:
        self.first = 0
        self._end = 0
        self._saved = torch.empty(0)
        self._seen: torch.Tensor | None = None

    def widen(self, tensor: torch.Tensor) -> None:
        first = int(tensor.storage_offset())
        end = first + 1 + sum((n - 1) * int(step) for n, step in zip(tensor.shape, tensor.stride(), strict=True))
        self.first = first if self._seen is None else min(self.first, first)
        self._end = max(self._end, end)
        self._seen = tensor

    def save(self) -> None:
        if self._seen is not None:
            whole = self._seen.detach()
            self._saved = whole.as_strided((self._end - self.first,), (1,), self.first).clone()

    def copy(self) -> torch.Tensor:
        return self._saved.clone()


def _where(tensor: torch.Tensor) -> tuple[int, torch.dtype]:
    return tensor.untyped_storage().data_ptr(), tensor.dtype


def _version(tensor: torch.Tensor) -> int | None:
    return None if tensor.is_inference() else tensor._version
