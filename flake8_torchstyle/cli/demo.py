"""`torchstyle demo`: check, fix and verify a small bundled network, to see the whole tool in ten seconds."""

from __future__ import annotations

import argparse
import pathlib
import sys
from importlib import resources

from ..config import Config
from ..reporting import full
from ..reporting._console import Console
from ..runner import check_source, fix_source, unified_diff
from ..sources import decode
from . import OK, CommandError
from .verify import require_torch

_NAME = "mlp.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand: none, it explains itself."""
    parser.epilog = "Nothing is written: the network is part of the package."


def run(args: argparse.Namespace) -> int:
    """Show the network, its findings, the fix and the comparison; return the exit code."""
    console = Console(sys.stdout)
    data = resources.files("flake8_torchstyle.demo").joinpath(_NAME).read_bytes()
    source, config = decode(data), Config(root=pathlib.Path.cwd())
    _title(console, f"{_NAME}, a network with bad habits")
    print(source.text)
    _title(console, f"torchstyle check {_NAME}")
    full.write(check_source(source, _NAME, config, parse_always=True).reported, sys.stdout)
    _, fixed = fix_source(source, _NAME, config, None, parse_always=True)
    if fixed is None:
        raise CommandError("the bundled network has nothing to fix")
    _title(console, f"torchstyle fix --diff {_NAME}")
    print(unified_diff(_NAME, data, fixed).decode())
    _title(console, "both versions, executed and compared")
    try:
        require_torch()
    except CommandError as error:
        console.row((f"not run: {error}", "yellow"))
        return OK
    return _compare(source.text, fixed.decode(), console)


def _title(console: Console, text: str) -> None:
    console.row((f"── {text} ", "bold cyan"), ("─" * max(4, 76 - len(text)), "cyan"))


def _compare(old: str, new: str, console: Console) -> int:
    """Execute both programs on every device and say what came out, value by value."""
    from ..runtime.compare import difference
    from ..runtime.devices import absent, describe, present
    from ..runtime.examples import observe_program

    failed = False
    for device in present():
        before, after = observe_program(old, device), observe_program(new, device)
        if before.exception or after.exception:
            console.row((f"{describe(device)}: {before.exception} before, {after.exception} after", "bold red"))
            return 1
        results = before.result if isinstance(before.result, dict) else {}
        for name, value in results.items():
            found = difference(value, after.result[name] if isinstance(after.result, dict) else None, name)
            failed = failed or found is not None
            verdict = found or "same, bit for bit"
            console.row((f"{describe(device):<8}{name:<16}", ""), (verdict, "bold red" if found else "green"))
    console.row((f"devices absent here: {', '.join(absent())}", "dim"))
    console.row(("`torchstyle verify` does this for every rewrite of every rule.", ""))
    return int(failed)
