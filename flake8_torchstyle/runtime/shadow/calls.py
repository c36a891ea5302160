"""One call of a site: decide whether it can be compared, run the old spelling for the program, then both again aside.

The program gets the result of the first run, on its own objects, and everything that run did stays. The new spelling
runs on copies of the operands as they were before, from the same random numbers, with modules in their earlier state.
Where the two differ the old spelling runs on copies too: if it does not agree with itself, the kernel is not
deterministic. Gradients are compared between such runs on copies, never through the program's own graph.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from ..devices import absent, describe, present
from .comparison import Comparison
from .hook import Shadow, current
from .records import Records, SiteRecord
from .values import UnsuitableError, Values

FORWARD_CODES = ("TS101", "TS102")
_inside = threading.local()
# Modules are given an earlier state for a moment: one thread at a time may do that.
_comparing = threading.Lock()


def call(key: str, old: Callable[..., Any], new: Callable[..., Any], added: tuple[Any, ...], operands: Any) -> Any:
    """The old spelling's result for the program, the comparison for the report."""
    __tracebackhide__ = True
    if torch.compiler.is_compiling():
        _note_compiled(key)
        return old(*operands)
    shadow = current()
    if shadow is None or getattr(_inside, "run", False):
        return old(*operands)
    if not shadow.records.machine:
        shadow.records.machine = _machine()
    record = shadow.records.site(key)
    record.calls += 1
    reason = _reason_to_skip(shadow, record, key, operands)
    if reason is not None:
        shadow.records.skipped(record, reason)
        return old(*operands)
    return _compared(shadow.records, record, old, new, added, operands)


def _reason_to_skip(shadow: Shadow, record: SiteRecord, key: str, operands: tuple[Any, ...]) -> str | None:
    if record.compared >= shadow.calls:
        return f"after the first {shadow.calls} compared calls"
    try:
        return unsuitable_now() or _unsuitable_receiver(key, operands, record)
    except Exception as problem:  # what another version of torch may lack must not reach the program
        return f"no comparison: {type(problem).__name__}: {problem}".split("\n")[0]


def _machine() -> dict[str, Any]:
    return {"torch": torch.__version__, "devices": [describe(device) for device in present()], "absent": absent()}


def _note_compiled(key: str) -> None:
    """Note that torch.compile has traced a site: the tracer runs this once and takes the result for granted."""
    shadow = current()
    if shadow is not None:
        shadow.records.skipped(shadow.records.site(key), "traced by torch.compile or torch.export")


# What `torch.compiler.assume_constant_result` does, which would import the compiler.
_note_compiled._dynamo_marked_constant = True  # type: ignore[attr-defined]


def unsuitable_now() -> str | None:
    """Why nothing may run twice at the moment: something records or transforms what is executed."""
    if torch._C._get_tracing_state() is not None:
        return "traced by torch.jit.trace"
    if torch._C._functorch.peek_interpreter_stack() is not None:
        return "inside a torch.func transform"
    dispatch = torch.utils._python_dispatch._get_current_dispatch_mode_stack()
    function = [
        mode
        for mode in torch.overrides._get_current_function_mode_stack()  # type: ignore[no-untyped-call]
        if not isinstance(mode, torch.utils._device.DeviceContext)
    ]
    if dispatch or function:
        return f"inside a mode ({type((dispatch or function)[-1]).__name__})"
    if torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing():  # type: ignore[no-untyped-call]
        return "inside a CUDA graph capture"
    return None


def _unsuitable_receiver(key: str, operands: tuple[Any, ...], record: SiteRecord) -> str | None:
    """Why a `.forward` call is not run as a call: hooks would fire, which would be felt outside the comparison."""
    if not key.endswith(FORWARD_CODES) or not operands or not isinstance(operands[0], nn.Module):
        return None
    receiver = operands[0]
    hooks = [*_hooks(receiver), *_global_hooks()]
    if hooks:
        record.different = record.different or f"hooks that do not fire now would: {', '.join(sorted(set(hooks)))}"
        return "the receiver has hooks, which are not fired for a comparison"
    if any(_hooks(inner) for inner in receiver.modules()):
        return "a module inside has hooks, which would fire twice"
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return "a process group is active, and its collectives would run twice"
    return None


def _hooks(module: nn.Module) -> list[str]:
    """The kinds of hooks that calling a module fires, as long as they are the user's."""
    kinds = {
        "forward hook": module._forward_hooks,
        "forward pre-hook": module._forward_pre_hooks,
        "full backward hook": module._backward_hooks,
        "full backward pre-hook": module._backward_pre_hooks,
    }
    return [f"{kind} {_named(hook)}" for kind, hooks in kinds.items() for hook in hooks.values()]


def _global_hooks() -> list[str]:
    registry = nn.modules.module
    kinds = {
        "global forward hook": registry._global_forward_hooks,
        "global forward pre-hook": registry._global_forward_pre_hooks,
        "global full backward hook": registry._global_backward_hooks,
        "global full backward pre-hook": registry._global_backward_pre_hooks,
    }
    return [f"{kind} {_named(hook)}" for kind, hooks in kinds.items() for hook in hooks.values()]


def _named(hook: object) -> str:
    name = getattr(hook, "__qualname__", None) or type(hook).__qualname__
    return f"`{name}`"


def _compared(
    records: Records,
    record: SiteRecord,
    old: Callable[..., Any],
    new: Callable[..., Any],
    added: tuple[Any, ...],
    operands: Any,
) -> Any:
    __tracebackhide__ = True
    began = time.perf_counter()
    try:
        comparison = Comparison(record, Values(operands), old, new, added)
    except UnsuitableError as reason:
        records.skipped(record, str(reason))
        return old(*operands)
    except Exception as problem:  # a fault of the comparison is told in the report
        records.skipped(record, f"no comparison: {type(problem).__name__}: {problem}".split("\n")[0])
        return old(*operands)
    started = time.perf_counter()
    try:
        result = old(*operands)
    except Exception as error:
        record.seconds_old += time.perf_counter() - started
        _finish(comparison, records, None, error)
        record.seconds_compared += time.perf_counter() - began
        raise
    record.seconds_old += time.perf_counter() - started
    _finish(comparison, records, result, None)
    record.seconds_compared += time.perf_counter() - began
    return result


def _finish(comparison: Comparison, records: Records, result: object, error: Exception | None) -> None:
    """Run the rest of a comparison; whatever happens there must not reach the program."""
    record = comparison.record
    if not _comparing.acquire(blocking=False):
        records.skipped(record, "another thread was comparing")
        return
    _inside.run = True
    try:
        news = comparison.finish(result, error)
        records.changed(news=news)
    except UnsuitableError as reason:
        records.skipped(record, str(reason))
    except Exception as problem:  # a fault of the comparison is told in the report
        records.skipped(record, f"the comparison failed: {type(problem).__name__}: {problem}".split("\n")[0])
    finally:
        _inside.run = False
        _comparing.release()
