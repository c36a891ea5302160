"""One call in shadow, in this process: verdicts, and that the program notices nothing."""

from __future__ import annotations

import json
import pathlib
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from flake8_torchstyle.runtime.shadow import hook
from flake8_torchstyle.runtime.shadow.entry import shadow
from flake8_torchstyle.runtime.shadow.records import SiteRecord

Spelling = Callable[..., Any]


@pytest.fixture
def installed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hook.Shadow]:
    """This process in shadow, with an empty plan."""
    (tmp_path / hook.PLAN).write_text(json.dumps({"calls": 3, "files": {}}))
    monkeypatch.setenv(hook.FOLDER, str(tmp_path))
    hook.install()
    found = hook.current()
    assert found is not None
    yield found
    hook.uninstall()


@pytest.fixture
def run(installed: hook.Shadow) -> Callable[..., tuple[Any, SiteRecord]]:
    """Call a site and give its result and record."""

    def call(old: Spelling, new: Spelling, *operands: Any, code: str = "TS201") -> tuple[Any, SiteRecord]:
        torch.manual_seed(0)
        return shadow(f"m.py:1:1:{code}", old, new, (), *operands), installed.records.site(f"m.py:1:1:{code}")

    return call


Run = Callable[..., tuple[Any, SiteRecord]]


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 3)
        self.register_buffer("count", torch.zeros(()))
        self.calls = 0
        self.seen: list[int] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        self.seen.append(self.calls)
        self.count += 1  # type: ignore[operator]
        return F.dropout(self.linear(x), 0.5)


def old_forward(net: nn.Module, *inputs: Any) -> Any:
    return net.forward(*inputs)


def new_forward(net: nn.Module, *inputs: Any) -> Any:
    return net(*inputs)


SAME = [
    pytest.param(torch.relu, F.relu, lambda: (torch.randn(3),), id="function"),
    pytest.param(
        lambda x: torch.dropout(x, 0.5, True), lambda x: F.dropout(x, 0.5, True), lambda: (torch.ones(9),), id="random"
    ),
    pytest.param(
        lambda x: torch.celu_(x, 0.7),
        lambda x: F.celu(x, 0.7, inplace=True),
        lambda: ((torch.linspace(-2, 2, 9).requires_grad_() * 1),),
        id="in place on what autograd tracks",
    ),
    pytest.param(torch.relu_, F.relu_, lambda: (torch.ones(4, 4).T[1:],), id="in place on a view"),
    pytest.param(torch.add, torch.add, lambda: (torch.ones(1).expand(5), torch.ones(5)), id="expanded"),
    pytest.param(old_forward, new_forward, lambda: (Block(), torch.ones(2, 3)), id="module with state"),
    pytest.param(
        lambda items: items.append(1) or len(items),
        lambda items: items.append(1) or len(items),
        lambda: ([torch.ones(1)],),
        id="list that grows",
    ),
    pytest.param(lambda x: {"a": (x, None)}, lambda x: {"a": (x, None)}, lambda: (torch.ones(2),), id="nested result"),
    pytest.param(
        lambda g: torch.rand(2, generator=g),
        lambda g: torch.rand(2, generator=g),
        lambda: (torch.Generator(),),
        id="generator",
    ),
    pytest.param(lambda x: random.random(), lambda x: random.random(), lambda: (1,), id="Python's random numbers"),
    pytest.param(torch.view_as_real, torch.view_as_real, lambda: (torch.ones(2, dtype=torch.cfloat),), id="complex"),
    pytest.param(lambda x: x, lambda x: x, lambda: (torch.eye(3).to_sparse(),), id="sparse"),
    pytest.param(lambda t: t.conv2d, lambda t: F.conv2d, lambda: (torch,), id="reference to the same function"),
]


@pytest.mark.parametrize("old, new, operands", SAME)
def test_same(run: Run, old: Spelling, new: Spelling, operands: Callable[[], tuple[Any, ...]]) -> None:
    _, record = run(old, new, *operands())
    assert (record.calls, record.compared, record.different, record.nondeterministic) == (1, 1, None, None)
    assert not record.skipped


@pytest.mark.parametrize(
    "old, new, operand, told",
    [
        pytest.param(torch.relu, F.selu, torch.ones(3), "3 of 3 elements differ", id="values"),
        pytest.param(torch.relu, lambda x: F.relu(x)[None], torch.ones(3), "shape", id="shape"),
        pytest.param(lambda x: x.T.contiguous().T, lambda x: x, torch.rand(2, 3), "strides", id="strides"),
        pytest.param(torch.relu, lambda x: F.relu(x).double(), torch.ones(3), "dtype", id="dtype"),
        pytest.param(torch.relu, lambda x: F.relu(x, inplace=True), -torch.ones(3), "operands after", id="in place"),
        pytest.param(torch.relu, lambda x: F.relu(x + 0 * torch.rand(1)), torch.ones(3), "random numbers", id="random"),
        pytest.param(lambda x: x, lambda x: x.clone(), torch.ones(3), "memory shared", id="aliasing"),
        pytest.param(
            torch.relu, lambda x: F.relu(x.detach()) + 0 * x, torch.ones(3, requires_grad=True), "gradients", id="grad"
        ),
        pytest.param(torch.relu, lambda x: F.relu(x, what=1), torch.ones(3), "TypeError", id="exception"),
        pytest.param(lambda x: x.nope, F.relu, torch.ones(3), "AttributeError", id="exception gone"),
    ],
)
def test_different(run: Run, old: Spelling, new: Spelling, operand: torch.Tensor, told: str) -> None:
    try:
        run(old, new, operand)
    except AttributeError:
        assert told == "AttributeError"
    _, record = run(lambda x: x, lambda x: x, operand)
    assert record.different is not None
    assert told in record.different


def test_a_kernel_that_differs_from_itself_is_not_called_different(run: Run) -> None:
    numbers = iter(range(100))
    _, record = run(lambda x: x + next(numbers), lambda x: x + next(numbers), torch.ones(1))
    assert record.different is None
    assert record.nondeterministic is not None


def test_the_program_gets_the_old_result_and_state(run: Run) -> None:
    net = Block()
    x = torch.ones(2, 3)
    torch.manual_seed(0)
    wanted, following = Block.forward(net, x), torch.rand(1)
    net.calls, net.seen = 0, []
    net.count.zero_()
    seen = net.seen
    result, _ = run(old_forward, new_forward, net, x)
    assert torch.equal(result, wanted) and torch.equal(torch.rand(1), following)
    assert (net.calls, net.seen, net.count.item()) == (1, [1], 1)
    assert net.seen is seen


def test_backward_goes_through_the_programs_own_graph(run: Run) -> None:
    x = torch.linspace(-1, 1, 5).requires_grad_()
    grads: list[torch.Tensor] = []
    y = x * 2
    y.register_hook(grads.append)
    result, _ = run(lambda t: torch.celu_(t, 0.7), lambda t: F.celu(t, 0.7, inplace=True), y)
    result.sum().backward()
    assert len(grads) == 1
    assert x.grad is not None


def test_the_exception_of_the_old_spelling_is_raised(run: Run) -> None:
    def fail(x: object) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        run(fail, fail, 1)
    _, record = run(torch.relu, F.relu, torch.ones(1))
    assert record.raised == 1 and record.different is None


def test_nested_sites_run_once_in_the_second_spelling(run: Run, installed: hook.Shadow) -> None:
    def inner(x: torch.Tensor) -> Any:
        return shadow("m.py:2:1:TS201", torch.relu, F.relu, (), x)

    run(inner, inner, torch.ones(2))
    assert installed.records.site("m.py:2:1:TS201").calls == 1


def test_only_the_first_calls_are_compared(run: Run) -> None:
    for _ in range(5):
        _, record = run(torch.relu, F.relu, torch.ones(2))
    assert (record.calls, record.compared) == (5, 3)


def test_hooks_make_a_forward_call_different_without_being_fired(run: Run) -> None:
    net = Block()
    fired: list[object] = []
    net.register_forward_hook(lambda *values: fired.append(values))
    _, record = run(old_forward, new_forward, net, torch.ones(1, 3), code="TS101")
    assert not fired
    assert record.different is not None and "forward hook" in record.different


def test_hooks_inside_are_not_fired_twice(run: Run) -> None:
    net = nn.Sequential(Block())
    fired: list[object] = []
    net[0].register_forward_hook(lambda *values: fired.append(values))
    _, record = run(old_forward, new_forward, net, torch.ones(1, 3), code="TS101")
    assert len(fired) == 1 and record.different is None
    assert list(record.skipped) == ["a module inside has hooks, which would fire twice"]


class Sub(torch.Tensor):
    pass


def vmapped(run: Run) -> SiteRecord:
    def f(x: torch.Tensor) -> torch.Tensor:
        return shadow("m.py:1:1:TS201", torch.relu, F.relu, (), x)  # type: ignore[no-any-return]

    torch.vmap(f)(torch.ones(3, 2))
    return run(torch.relu, F.relu, torch.ones(1))[1]


def fx_traced(run: Run) -> SiteRecord:
    class Net(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return shadow("m.py:1:1:TS201", torch.relu, F.relu, (), x)

    torch.fx.Tracer().trace(Net())
    return run(torch.relu, F.relu, torch.ones(1))[1]


def compiled(run: Run) -> SiteRecord:
    def f(x: torch.Tensor) -> Any:
        return shadow("m.py:1:1:TS201", torch.relu, F.relu, (), x)

    wanted = torch.tensor([0.0, 1.0])
    assert torch.equal(torch.compile(f, backend="eager", fullgraph=True)(torch.tensor([-1.0, 1.0])), wanted)
    return run(torch.relu, F.relu, torch.ones(1))[1]


def jit_traced(run: Run) -> SiteRecord:
    def f(x: torch.Tensor) -> Any:
        return shadow("m.py:1:1:TS201", torch.relu, F.relu, (), x)

    traced = torch.jit.trace(f, torch.ones(2), check_trace=False)
    assert str(traced.graph).count("aten::relu") == 1
    return run(torch.relu, F.relu, torch.ones(1))[1]


@pytest.mark.parametrize(
    "recorded, reason",
    [
        pytest.param(vmapped, "torch.func transform", id="vmap"),
        pytest.param(fx_traced, "torch.fx", id="torch.fx"),
        pytest.param(compiled, "torch.compile", id="torch.compile"),
        pytest.param(jit_traced, "torch.jit.trace", id="torch.jit.trace"),
        pytest.param(lambda run: run(torch.relu, F.relu, torch.ones(1).as_subclass(Sub))[1], "subclass", id="subclass"),
        pytest.param(lambda run: run(lambda t: t.relu, lambda t: F.relu, torch)[1], "reference", id="reference"),
        pytest.param(lambda run: run(list, list, iter([1]))[1], "iterator", id="iterator"),
        pytest.param(lambda run: run(torch.relu, F.relu, torch.ones(1, device="meta"))[1], "meta", id="meta"),
    ],
)
def test_skipped_with_a_reason(run: Run, recorded: Callable[[Run], SiteRecord], reason: str) -> None:
    record = recorded(run)
    assert record.different is None
    assert any(reason in told for told in record.skipped)


@pytest.mark.parametrize("reentrant", [True, False], ids=["reentrant", "non-reentrant"])
def test_checkpointing_recomputes_as_ever(installed: hook.Shadow, reentrant: bool) -> None:
    from torch.utils.checkpoint import checkpoint

    def f(x: torch.Tensor) -> Any:
        y = shadow("m.py:1:1:TS201", lambda v: torch.dropout(v, 0.5, True), lambda v: F.dropout(v, 0.5, True), (), x)
        return y * y

    x = torch.ones(64, requires_grad=True)
    for _ in range(5):
        y = checkpoint(f, x, use_reentrant=reentrant)
        (grad,) = torch.autograd.grad(y.sum(), x) if not reentrant else (None,)
        if grad is not None:
            assert torch.equal(grad, torch.where(y > 0, 8.0, 0.0))
        else:
            y.sum().backward()
    assert installed.records.site("m.py:1:1:TS201").different is None


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(torch.no_grad, id="no_grad"),
        pytest.param(torch.inference_mode, id="inference_mode"),
        pytest.param(lambda: torch.autocast("cpu", dtype=torch.bfloat16), id="autocast"),
        pytest.param(lambda: torch.device("cpu"), id="default device"),
    ],
)
def test_compared_in_the_programs_mode(run: Run, mode: Callable[[], Any]) -> None:
    with mode():
        result, record = run(old_forward, new_forward, nn.Linear(3, 3), torch.ones(2, 3))
        expected = result.dtype, result.is_inference()
    assert record.compared == 1 and record.different is None
    with mode():
        plain = nn.Linear(3, 3)(torch.ones(2, 3))
    assert expected == (plain.dtype, plain.is_inference())


def test_threads_are_not_held_up(run: Run, installed: hook.Shadow) -> None:
    def work() -> None:
        for _ in range(20):
            assert shadow("m.py:9:1:TS201", torch.relu, F.relu, (), torch.ones(2)).sum() == 2

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = installed.records.site("m.py:9:1:TS201")
    assert record.different is None and record.calls > 0


def test_a_module_loaded_in_shadow_works_when_the_shadow_is_gone() -> None:
    assert shadow("m.py:1:1:TS201", torch.relu, F.relu, (), torch.ones(1)) == 1
