"""Compare one executed call with the new spelling, and with the old one again where that is needed to judge."""

from __future__ import annotations

import contextlib
import importlib
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from ..compare import difference
from .randomness import RandomState
from .records import SiteRecord
from .values import Copies, UnsuitableError, Values


@dataclass(frozen=True, slots=True)
class _Seen:
    """What can be observed of one run."""

    result: object
    error: Exception | None
    operands: tuple[object, ...]
    tensors: list[torch.Tensor]
    state: dict[str, torch.Tensor]
    random: RandomState
    gradients: list[object] | None = None

    @property
    def exhausted(self) -> bool:
        return isinstance(self.error, (torch.OutOfMemoryError, MemoryError))

    def difference(self, other: _Seen) -> str | None:
        """The first difference of another run, apart from gradients. Of exceptions the types are compared."""
        if self.error or other.error:
            before, after = (_error_text(seen.error) for seen in (self, other))
            return None if type(self.error) is type(other.error) else f"{before} became {after}"
        return (
            difference(self.result, other.result, "result")
            or difference(self.operands, other.operands, "operands after the call")
            or difference(self.state, other.state, "buffers")
            or difference(self.random.values(), other.random.values(), "random numbers drawn")
            or difference(self._sharing(), other._sharing(), "memory shared with operands")
        )

    def gradient_difference(self, other: _Seen) -> str | None:
        return difference(self.gradients, other.gradients, "gradients")

    def _sharing(self) -> list[tuple[list[int], list[int]]]:
        """For each tensor of the result, which operands it is and which it shares memory with."""
        return [
            (
                [index for index, tensor in enumerate(self.tensors) if tensor is made],
                [index for index, tensor in enumerate(self.tensors) if _share(tensor, made)],
            )
            for made in _tensors(self.result)
        ]


def _error_text(error: Exception | None) -> str:
    return f"{type(error).__name__}: {error}".split("\n")[0] if error else "no exception"


def _share(one: torch.Tensor, other: torch.Tensor) -> bool:
    if torch.strided != one.layout or torch.strided != other.layout or not one.numel():
        return False
    return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()


def _quiet() -> contextlib.AbstractContextManager[object]:
    """Keep warnings of a run aside from being shown; the filters of other threads are left alone."""
    if threading.current_thread() is threading.main_thread():
        return warnings.catch_warnings(record=True)
    return contextlib.nullcontext()


class Comparison:
    """The comparison of one call; made before the old spelling runs, finished after."""

    def __init__(
        self,
        record: SiteRecord,
        values: Values,
        old: Callable[..., Any],
        new: Callable[..., Any],
        added: tuple[Any, ...],
    ) -> None:
        self.record = record
        self._values = values
        self._old = old
        self._new = new
        self._added = added
        self._signature = values.signature
        self._before = RandomState.now(values.devices)

    def finish(self, result: object, error: Exception | None) -> bool:
        """Judge the call that gave `result` or raised `error`; whether the report has news.

        Raises UnsuitableError when the call turns out to be one that cannot be run again.
        """
        if error is not None and type(error).__module__.startswith("torch.utils.checkpoint"):
            raise UnsuitableError("recomputed by torch.utils.checkpoint")
        self._values.check_parameters()
        after = RandomState.now(self._values.devices)
        try:
            return self._judge(_Seen(result, error, *self._values.observed(), after))
        finally:
            after.restore()

    def _judge(self, program: _Seen) -> bool:
        first = self.record.compared == 0
        new_shapes = self.record.saw({device.type for device in self._values.devices}, self._signature)
        backward = new_shapes and torch.is_grad_enabled() and self._values.flows
        changed = self._run(self._new, self._added, backward=backward)
        if changed.exhausted:
            raise UnsuitableError("not enough memory for the second spelling")
        if _is_function(program.result) and program.result is not changed.result:
            raise UnsuitableError("a reference to another function: the calls made through it are not seen")
        found = program.difference(changed)
        again = self._run(self._old, (), backward=backward) if backward or found else None
        if again is not None and again.exhausted:
            raise UnsuitableError("not enough memory for the second spelling")
        unlike_itself = program.difference(again) if again else None
        if not found and again and backward:
            found = again.gradient_difference(changed)
            if found:
                unlike_itself = again.gradient_difference(self._run(self._old, (), backward=True))
            self.record.gradients += changed.gradients is not None
        return self._note(found, unlike_itself, raised=program.error is not None) or first or new_shapes

    def _note(self, found: str | None, unlike_itself: str | None, *, raised: bool) -> bool:
        self.record.compared += 1
        self.record.raised += raised
        if unlike_itself:
            news = self.record.nondeterministic is None
            self.record.nondeterministic = self.record.nondeterministic or unlike_itself
            return news
        news = found is not None and self.record.different is None
        self.record.different = self.record.different or (found and f"on {self._signature}: {found}")
        return news

    def _run(self, function: Callable[..., Any], added: tuple[Any, ...], *, backward: bool) -> _Seen:
        """Run a spelling aside: on copies, from the random numbers of before, unseen by the program's hooks."""
        copies = self._values.copies()
        result: object = None
        error: Exception | None = None
        self._before.restore()
        # Whoever keeps tensors for backward in another way (checkpointing, offloading) must not see these.
        with torch.autograd.graph.saved_tensors_hooks(_unchanged, _unchanged), _quiet():
            try:
                result = copies.run(function, [_resolved(item) for item in added])
            except Exception as raised:
                error = raised
            random = RandomState.now(self._values.devices)
            gradients = self._gradients(result, copies) if backward and error is None else None
        return _Seen(result, error, *copies.observed(), random, gradients)

    def _gradients(self, result: object, copies: Copies) -> list[object] | None:
        """The gradients of a weighted sum of all outputs, or None where there are none to compare."""
        outputs = [t for t in _tensors(result) if t.requires_grad]
        parameters = [p for p in self._values.parameters.values() if p.requires_grad]
        wanted = [*copies.leaves, *(p for p in parameters if not p._backward_hooks)]
        if not outputs or not wanted:
            return None
        weights = [_weights(output) for output in outputs]
        try:
            return list(torch.autograd.grad(outputs, wanted, weights, allow_unused=True))
        except Exception as error:  # an exception is an outcome to compare
            return [type(error).__name__]


def _resolved(item: object) -> Any:
    """What a name of the new spelling stands for: read where the call stands, or the module that the fix imports."""
    return importlib.import_module(item) if isinstance(item, str) else item()  # type: ignore[operator]


def _is_function(value: object) -> bool:
    return callable(value) and not isinstance(value, (torch.nn.Module, type))


def _unchanged(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


def _weights(output: torch.Tensor) -> torch.Tensor:
    # Each element has its own, so that gradients which are permuted or scaled do not look alike.
    ramp = torch.linspace(0.5, 1.5, output.numel(), device=output.device).reshape(output.shape)
    return ramp.to(output.dtype)


def _tensors(value: object) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [tensor for item in value for tensor in _tensors(item)] if isinstance(value, (list, tuple)) else []
