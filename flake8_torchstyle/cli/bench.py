"""`torchstyle bench`: the spellings of an operation timed side by side."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..reporting._console import Console
from . import OK, CommandError
from .verify import require_torch

if TYPE_CHECKING:
    from ..runtime.bench import Timing

_EPILOG = """\
examples:
  torchstyle bench
  torchstyle bench --device cpu --seconds 2"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.add_argument("--device", default="all", metavar="KIND", help="all, cpu, cuda, mps, xpu, ... (default: all)")
    parser.add_argument("--seconds", type=float, default=0.5, metavar="S", help="time for each spelling (default: 0.5)")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: text)")


def run(args: argparse.Namespace) -> int:
    """Time the spellings and return the exit code."""
    require_torch()
    from ..runtime.bench import OPERATIONS, time_operation, verdict
    from ..runtime.devices import DeviceError, chosen, describe

    try:
        devices = chosen(args.device)
    except DeviceError as error:
        raise CommandError(str(error)) from error
    console = Console(sys.stdout)
    found = []
    for device in devices:
        for operation in OPERATIONS:
            timings = time_operation(operation, device, args.seconds)
            found.append({"device": device.type, "name": operation.name, "timings": [asdict(t) for t in timings]})
            if args.output_format == "text":
                console.row((f"{operation.name} on {describe(device)}", "bold"))
                _print_timings(timings, console)
                console.row((f"  {verdict(timings)}", "cyan"))
    if args.output_format == "json":
        import json

        print(json.dumps(found, indent=2))
    return OK


def _print_timings(timings: list[Timing], console: Console) -> None:
    fastest = min(timing.median for timing in timings)
    for timing in timings:
        micro = f"{timing.median * 1e6:9.2f} µs ± {timing.spread * 5e5:.2f}"
        console.row((f"  {timing.statement:<32}{micro:<22}{timing.median / fastest:.2f}x", ""))
