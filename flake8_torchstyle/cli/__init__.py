"""The command line: `torchstyle SUBCOMMAND`. Exit codes live here.

0: nothing (left) to report; 1: findings; 2: wrong usage, a file that could not be looked at, or an internal error; 130:
interrupted. Each subcommand is a module with `add_arguments(parser)` and `run(args)`, imported only when it is the one
asked for, so that `--help` and a clean file cost next to nothing.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import importlib
import os
import sys
from collections.abc import Sequence

from .. import __version__

OK, FINDINGS, FAILURE, INTERRUPTED = 0, 1, 2, 130
_COMMANDS = {
    "check": "report findings",
    "fix": "repair findings",
    "verify": "prove the rewrites: run both spellings and compare",
    "bench": "time the spellings of one operation side by side",
    "rule": "show the page of a rule",
    "demo": "check, fix and verify a small bundled network",
    "clean": "remove the caches",
}
_EPILOG = """\
examples:
  torchstyle check .                      look at every Python file and notebook below this folder
  torchstyle fix --diff src               show what the safe fixes would change
  torchstyle fix --unsafe-fixes src       apply the unsafe fixes too
  torchstyle check --select TS101,TS2 .   only these rules
  torchstyle rule TS101                   what a rule means, and why
  torchstyle verify                       run both spellings of every rewrite on this machine

exit codes:
  0  nothing (left) to report
  1  findings (fix: findings left, or --diff would change a file)
  2  wrong usage, a file that cannot be read or parsed, or an internal error
"""


class CommandError(Exception):
    """A reason to stop with exit code 2; the text is shown to the user."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    # Memory goes back with the process: a last search for cycles among millions of nodes would be for nothing.
    atexit.register(gc.freeze)
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; keep the interpreter from complaining when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS


def _run(arguments: list[str]) -> int:
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    parser = _parser(chosen if chosen in _COMMANDS else None, alone=arguments[:1] == [chosen])
    program: list[str] = []
    if chosen == "verify" and "--" in arguments:
        # What follows is the user's command line, options and all; argparse would look into it.
        cut = arguments.index("--")
        arguments, program = arguments[:cut], arguments[cut + 1 :]
    try:
        args = parser.parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else FAILURE
    if args.command is None:
        parser.print_help()
        return FAILURE
    try:
        args.program = program
        return int(importlib.import_module(f".{args.command}", __name__).run(args))
    except CommandError as error:
        print(f"torchstyle: error: {error}", file=sys.stderr)
        return FAILURE


def _parser(chosen: str | None, *, alone: bool) -> argparse.ArgumentParser:
    """The parser, with the arguments of the chosen subcommand only.

    `alone` leaves the other subcommands out: making them takes as long as a small file.
    """
    parser = argparse.ArgumentParser(
        prog="torchstyle",
        description="Find, fix and prove PyTorch API-usage habits that run but are wrong.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"torchstyle {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name in [chosen] if chosen and alone else _COMMANDS:
        summary = _COMMANDS[name]
        command = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name == chosen:
            importlib.import_module(f".{name}", __name__).add_arguments(command)
    return parser
