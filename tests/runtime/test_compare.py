"""What counts as a difference between two values."""

from __future__ import annotations

import types

import pytest
import torch

from flake8_torchstyle.runtime.compare import difference

NAN = float("nan")


@pytest.mark.parametrize(
    "old, new",
    [
        pytest.param(torch.tensor([1.0, NAN]), torch.tensor([1.0, NAN]), id="NaN equals NaN"),
        pytest.param(torch.tensor([NAN]), -torch.tensor([NAN]), id="whatever its bits"),
        pytest.param(torch.tensor([1.0], dtype=torch.bfloat16), torch.tensor([1.0], dtype=torch.bfloat16), id="bf16"),
        pytest.param(torch.ones(2, dtype=torch.float8_e5m2), torch.ones(2, dtype=torch.float8_e5m2), id="float8"),
        pytest.param(torch.ones(2, dtype=torch.cfloat), torch.ones(2, dtype=torch.cfloat), id="complex"),
        pytest.param(torch.eye(2).to_sparse(), torch.eye(2).to_sparse(), id="sparse"),
        pytest.param({"a": [1, (NAN, None)]}, {"a": [1, (NAN, None)]}, id="nested"),
        pytest.param(types.SimpleNamespace(x=torch.ones(1)), types.SimpleNamespace(x=torch.ones(1)), id="object"),
        pytest.param(torch.Generator().manual_seed(1), torch.Generator().manual_seed(1), id="generator"),
        pytest.param(torch.empty(0, 3), torch.empty(0, 3), id="empty"),
    ],
)
def test_same(old: object, new: object) -> None:
    assert difference(old, new) is None


@pytest.mark.parametrize(
    "old, new, told",
    [
        pytest.param(torch.tensor([0.0]), torch.tensor([-0.0]), "1 of 1 elements", id="signed zero"),
        pytest.param(torch.ones(2), torch.ones(2) + 1.2e-7, "2 of 2 elements", id="one bit"),
        pytest.param(torch.ones(1), torch.ones(1).double(), "dtype", id="dtype"),
        pytest.param(torch.ones(1, 2), torch.ones(2), "shape", id="shape"),
        pytest.param(torch.ones(2, 3), torch.ones(3, 2).T, "strides", id="strides"),
        pytest.param(torch.ones(1), torch.ones(1, device="meta"), "device", id="device"),
        pytest.param(torch.ones(1), torch.ones(1).requires_grad_(), "requires_grad", id="requires_grad"),
        pytest.param(torch.eye(2), torch.eye(2).to_sparse(), "layout", id="layout"),
        pytest.param((1,), [1], "type tuple became list", id="type"),
        pytest.param([1], [1, 2], "length", id="length"),
        pytest.param({"a": 1}, {"b": 1}, "keys", id="keys"),
        pytest.param({"a": [torch.ones(1)]}, {"a": [torch.zeros(1)]}, "['a'][0]", id="place"),
        pytest.param(torch.Generator().manual_seed(1), torch.Generator().manual_seed(2), "random", id="generator"),
        pytest.param(None, torch.ones(1), "type NoneType became Tensor", id="gone"),
    ],
)
def test_different(old: object, new: object, told: str) -> None:
    found = difference(old, new)
    assert found is not None and told in found
