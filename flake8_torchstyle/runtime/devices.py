"""Which devices there are to run on: the CPU and what `torch.accelerator` offers."""

from __future__ import annotations

import torch

_KNOWN = ("cuda", "mps", "xpu", "hpu", "mtia")


class DeviceError(Exception):
    """A device was asked for that is not there."""


def present() -> list[torch.device]:
    """The CPU, then the accelerator if this build of torch finds one."""
    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return [torch.device("cpu"), *([torch.device(accelerator.type)] if accelerator else [])]


def absent() -> list[str]:
    """Kinds of device that torch knows and this machine lacks."""
    here = {device.type for device in present()}
    return [kind for kind in _KNOWN if kind not in here]


def chosen(kind: str) -> list[torch.device]:
    """The devices that `all` or the name of a kind stands for.

    Raises DeviceError when there is none of that kind.
    """
    found = [device for device in present() if kind in ("all", device.type)]
    if not found:
        kinds = ", ".join(device.type for device in present())
        raise DeviceError(f"no device {kind!r} here; present: {kinds}")
    return found


def describe(device: torch.device) -> str:
    """A device with the name of its hardware where torch knows it."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return device.type


def synchronize(device: torch.device) -> None:
    """Wait for the work on a device."""
    if device.type != "cpu":
        torch.accelerator.synchronize()
