"""The random numbers that a call may draw: torch's on the CPU and on accelerators, Python's, NumPy's."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class RandomState:
    """The state of all of them at one time."""

    cpu: torch.Tensor
    accelerators: dict[torch.device, torch.Tensor]
    python: tuple[Any, ...]
    numpy: Any

    @classmethod
    def now(cls, devices: Iterable[torch.device]) -> RandomState:
        """The present state, of the accelerators among `devices`."""
        used = {device for device in devices if device.type != "cpu"}
        numpy = sys.modules.get("numpy")
        return cls(
            torch.get_rng_state(),
            {device: torch.get_device_module(device).get_rng_state(*_place(device)) for device in used},
            random.getstate(),
            numpy.random.get_state(legacy=False) if numpy is not None else None,
        )

    def restore(self) -> None:
        """Make it the present state again."""
        torch.set_rng_state(self.cpu)
        for device, state in self.accelerators.items():
            torch.get_device_module(device).set_rng_state(state, *_place(device))
        random.setstate(self.python)
        if self.numpy is not None:
            sys.modules["numpy"].random.set_state(self.numpy)

    def values(self) -> tuple[object, ...]:
        """The state as values that can be compared."""
        return (self.cpu, *self.accelerators.values(), self.python, self.numpy)


def _place(device: torch.device) -> tuple[torch.device, ...]:
    """How a backend wants to be told which of its devices is meant; there is just one of mps, which takes none."""
    return () if device.type == "mps" else (device,)
