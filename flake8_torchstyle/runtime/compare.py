"""Tell two observed values apart: bit for bit, NaN equal to NaN; type, dtype, shape, strides and device included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

# Integers as wide as a number of that dtype, to compare the bits of floating point numbers.
_BITS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def difference(old: object, new: object, where: str = "result") -> str | None:
    """The first difference of two values in words, or None if there is none.

    Objects of other types are compared by `==`, where they do not define it by their attributes, and where they have
    none by their type alone.
    """
    if old is new and not isinstance(old, torch.Tensor):
        return None
    if type(old) is not type(new):
        return f"{where}: type {type(old).__name__} became {type(new).__name__}"
    if isinstance(old, torch.Tensor) and isinstance(new, torch.Tensor):
        return _tensor_difference(old, new, where)
    if isinstance(old, torch.Generator) and isinstance(new, torch.Generator):
        return difference(old.get_state(), new.get_state(), f"{where} (random numbers drawn)")
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if list(old) != list(new):
            return f"{where}: keys {list(old)} became {list(new)}"
        return _first(difference(old[key], new[key], f"{where}[{key!r}]") for key in old)
    if isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, (str, bytes)):
        if len(old) != len(new):
            return f"{where}: length {len(old)} became {len(new)}"
        return _first(difference(a, b, f"{where}[{i}]") for i, (a, b) in enumerate(zip(old, new, strict=True)))
    if isinstance(old, (float, complex)):
        return None if old == new or (old != old and new != new) else f"{where}: {old!r} became {new!r}"
    return _object_difference(old, new, where)


def _object_difference(old: object, new: object, where: str) -> str | None:
    if hasattr(old, "__array__"):
        return difference(memoryview(old).tobytes(), memoryview(new).tobytes(), where)  # type: ignore[arg-type]
    if type(old).__eq__ is object.__eq__ and hasattr(old, "__dict__"):
        return difference(vars(old), vars(new), f"{where} ({type(old).__name__})")
    if type(old).__eq__ is object.__eq__:
        return None  # nothing but the type can be told
    return None if old == new else f"{where}: {old!r:.80} became {new!r:.80}"


def _first(differences: object) -> str | None:
    return next((found for found in differences if found), None)  # type: ignore[attr-defined]


def _tensor_difference(old: torch.Tensor, new: torch.Tensor, where: str) -> str | None:
    for name in ("dtype", "shape", "device", "layout", "requires_grad"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            return f"{where}: {name} {before} became {after}"
    if old.layout is not torch.strided:
        return difference(old.to_dense(), new.to_dense(), where)
    if old.stride() != new.stride():
        return f"{where}: strides {old.stride()} became {new.stride()}"
    unequal = ~same_bits(old.detach(), new.detach())
    count = int(unequal.sum())
    return f"{where}: {count} of {old.numel()} elements differ" if count else None


def same_bits(old: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
    """Which elements of two tensors of one dtype and shape are the same, as a tensor of bool."""
    if old.dtype.is_complex:
        return same_bits(torch.view_as_real(old), torch.view_as_real(new)).all(-1)
    if not old.dtype.is_floating_point:
        return old == new
    width = _BITS[old.element_size()]
    bits = old.contiguous().view(width) == new.contiguous().view(width)
    if width is torch.uint8:
        old, new = old.float(), new.float()
    return bits | (old.isnan() & new.isnan())
