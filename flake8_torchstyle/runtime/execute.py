"""Run the two programs of a case on a device, over dtypes, modes and awkward inputs, and judge them."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

import torch
from torch import nn

from .cases import Case, builder
from .observe import differs, run, seed
from .samples import TensorSpec
from .verdicts import Outcome, Verdict

DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.int64)
Change = Callable[[list[torch.Tensor]], list[torch.Tensor]]
Judged = tuple[str, Verdict]


@dataclass(frozen=True, slots=True)
class Setting:
    """The circumstances of one run."""

    name: str
    dtype: torch.dtype
    train: bool
    grad: bool
    batch: int | None = None
    single: bool = False
    change: Change | None = None


def judge(case: Case, device: torch.device, *, thorough: bool, skipped: Container[str] = ()) -> Iterator[Judged]:
    """The verdict for every setting but the skipped ones; only the thorough way takes all of them."""
    old, new = (prototype(builder(source)) for source in (case.old, case.new))
    for setting in settings(thorough=thorough):
        if setting.name not in skipped:
            yield setting.name, judge_once(old, new, case.tensors, setting, device)


def prototype(build: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """A builder whose modules are copies of one for each dtype, with the same parameters."""

    @functools.cache
    def made(dtype: torch.dtype) -> nn.Module:
        seed(0, torch.device("cpu"))
        return build(dtype)

    return lambda dtype: copy.deepcopy(made(dtype))


def settings(*, thorough: bool) -> Iterator[Setting]:
    """The circumstances to run in."""
    for dtype in DTYPES if thorough else DTYPES[:1]:
        name = str(dtype).removeprefix("torch.")
        yield Setting(f"{name}, train, grad", dtype, train=True, grad=True)
        yield Setting(f"{name}, eval, no grad", dtype, train=False, grad=False)
    if thorough:
        for name, change in (("non-contiguous", _strided), ("NaN and infinity", _special)):
            yield Setting(name, torch.float32, train=True, grad=True, change=change)
        yield Setting("empty batch", torch.float32, train=True, grad=True, batch=0)
        yield Setting("single element", torch.float32, train=True, grad=True, single=True)
        yield Setting("batch of one", torch.float32, train=True, grad=True, batch=1)


def judge_once(
    old: Callable[..., nn.Module],
    new: Callable[..., nn.Module],
    specs: tuple[TensorSpec, ...],
    setting: Setting,
    device: torch.device,
) -> Verdict:
    """Run the old spelling twice and the new one once, on the same inputs and random numbers."""
    inputs = make_inputs(specs, setting, device)
    dtype = setting.dtype if setting.dtype.is_floating_point else torch.float32
    builds = [functools.partial(build, dtype) for build in (old, old, new)]
    runs = [run(build, inputs, device, train=setting.train, grad=setting.grad) for build in builds]
    if found := differs(runs[0], runs[1]):
        return Verdict(Outcome.NONDETERMINISTIC, f"{setting.name}: the old spelling differs from itself: {found}")
    if found := differs(runs[0], runs[2]):
        return Verdict(Outcome.DIFFERENT, f"{setting.name}: {found}")
    if runs[0].exception:
        return Verdict(Outcome.RAISES, f"{setting.name}: {': '.join(runs[0].exception)}".split("\n")[0])
    return Verdict(Outcome.SAME)


def make_inputs(specs: tuple[TensorSpec, ...], setting: Setting, device: torch.device) -> list[torch.Tensor]:
    """The MLP's images, then the tensors of the call."""
    generator = torch.Generator().manual_seed(len(specs))
    images = torch.rand(2, 784, generator=generator).to(device)
    if setting.batch is not None and specs:
        usual = specs[0].shape[0]
        specs = tuple(spec.with_batch(usual, setting.batch) for spec in specs)
    if setting.single:
        specs = tuple(spec.single() for spec in specs)
    tensors = [spec.make(setting.dtype, device, generator) for spec in specs]
    return [images, *(setting.change(tensors) if setting.change else tensors)]


def _strided(tensors: list[torch.Tensor]) -> list[torch.Tensor]:
    """The same values with the last two dimensions laid out the other way round in memory."""
    return [_keep_grad(t, t.detach().mT.contiguous().mT) if t.dim() > 1 else t for t in tensors]


def _special(tensors: list[torch.Tensor]) -> list[torch.Tensor]:
    """NaN and both infinities at the front of the first floating point tensor."""
    first = next((t for t in tensors if t.dtype.is_floating_point), None)
    if first is None:
        return tensors
    values = first.detach().clone()
    special = torch.tensor([float("nan"), float("inf"), float("-inf")], dtype=values.dtype, device=values.device)
    values.view(-1)[: min(3, values.numel())] = special[: values.numel()]
    return [_keep_grad(t, values) if t is first else t for t in tensors]


def _keep_grad(old: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    return new.requires_grad_(old.requires_grad)
