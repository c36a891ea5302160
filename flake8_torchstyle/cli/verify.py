"""`torchstyle verify`: run both spellings of every rewrite on the hardware at hand, or in a program of the user's."""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import pathlib
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..reporting._console import Console
from ..rules import known_codes
from . import CommandError

if TYPE_CHECKING:
    from ..runtime.verdicts import RowReport
    from ..runtime.verify import Report

_EPILOG = """\
For every row of the alias table and every example of every rule, an MLP in the old spelling goes through the fixer;
both programs run on the same inputs and random numbers. Compared bit for bit: outputs, dtype, shape, strides,
device, gradients, buffers and inputs changed in place, random numbers drawn, exceptions; over dtypes, train and
eval, with and without grad, empty, single, non-contiguous, NaN and infinite inputs. Negative controls, pairs known
to be wrong, have to come out different.

With --run, your own program or test suite is the proof. It runs as ever, but at each rewrite that is pending under
PATH both spellings are executed on the same operands, from the same random numbers and buffers, and compared; the
program goes on with the old result. Files are not touched. Subprocesses and workers are followed.

examples:
  torchstyle verify
  torchstyle verify --rule TS201 --device cpu
  torchstyle verify --output-format json --report proof.json
  torchstyle verify --report report.json --run -- pytest -q
  torchstyle verify src --run -- python train.py --epochs 1
  torchstyle fix --only-verified report.json src

exit codes:
  0  every rewrite is the same (--run: every one that was executed)
  1  a difference, or a rewrite that was not executed (--run: a difference, or the command failed)
  2  a negative control was not caught, torch is missing, or the command could not be run in shadow"""
_STYLES = {
    "same": "green",
    "different": "bold red",
    "nondeterministic": "yellow",
    "known edge": "yellow",
    "not supported here": "dim",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.add_argument("--device", default="all", metavar="KIND", help="all, cpu, cuda, mps, xpu, ... (default: all)")
    parser.add_argument("--rule", metavar="CODE", help="only this rule")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: text)")
    parser.add_argument("--report", metavar="FILE", help="also write the JSON report to a file")
    parser.add_argument("--verbose", "-v", action="store_true", help="list what is the same, too")
    shadow = parser.add_argument_group("a program of your own")
    shadow.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="where rewrites are pending (default: here)"
    )
    shadow.add_argument(
        "--calls", type=int, default=100, metavar="N", help="compare the first N calls of a rewrite (default: 100)"
    )
    shadow.add_argument("--run", action="store_true", help="run the command that follows -- in shadow")


def run(args: argparse.Namespace) -> int:
    """Run the proof and return the exit code."""
    if args.run or args.program:
        from ._shadow import run_in_shadow

        return run_in_shadow(args)
    if args.paths != ["."]:
        raise CommandError("PATH has a meaning only with --run")
    require_torch()
    if args.rule is not None and args.rule not in known_codes():
        raise CommandError(f"no rule {args.rule!r}; rules: {', '.join(known_codes())}")
    from ..runtime.devices import DeviceError, chosen
    from ..runtime.verify import step_count, verify

    try:
        devices = chosen(args.device)
    except DeviceError as error:
        raise CommandError(str(error)) from error
    with _progress(step_count(devices, args.rule)) as progress:
        report = verify(devices, args.rule, progress)
    if not write_json(report.as_json(), args):
        print_report(report, verbose=args.verbose)
    return report.exit_code


def write_json(content: dict[str, object], args: argparse.Namespace) -> bool:
    """Write a report to the file that was asked for; whether it went to standard output as well.

    Raises CommandError for a file that cannot be written.
    """
    text = json.dumps(content, indent=2)
    if args.report:
        try:
            pathlib.Path(args.report).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{args.report}: {error.strerror}") from error
    if args.output_format == "json":
        print(text)
    return bool(args.output_format == "json")


def require_torch() -> None:
    """Raises CommandError where torch is not installed."""
    # torch says so once where NumPy is missing, which nothing here needs.
    warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise CommandError("torch is not installed; pip install 'flake8-torchstyle[verify]'") from error


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda what: None
        return
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:>9}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=RichConsole(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda what: bar.update(task, advance=1, description=what)


def print_report(report: Report, *, verbose: bool = False) -> None:
    """Print a summary, then all that is not plainly the same; with `verbose` that too."""
    console = Console(sys.stdout)
    console.row((f"devices: {', '.join(report.devices)}", "bold"), (f"; absent: {', '.join(report.absent)}", "dim"))
    for title, reports in (
        ("alias table", report.rows),
        ("examples of the rules", report.examples),
        ("hooks around `.forward`", report.hooks),
        ("ATen graphs under fake tensors", report.graphs),
    ):
        if reports:
            _print_section(title, reports, console, verbose=verbose)
    for kind, reason in report.untraced.items():
        console.row((f"  no graphs for {kind}: {reason}", "dim"))
    for name in report.unproven:
        console.row((f"not executed: {name}", "bold red"))
    if report.edges:
        held = sum(edge.as_declared for edge in report.edges)
        console.row(("known edges", "bold"), (f": {held} of {len(report.edges)} as declared under Fix safety", ""))
        for edge in report.edges:
            console.row((f"  {edge.row}: {edge.what}: {edge.seen}", "" if edge.as_declared else "bold red"))
    caught = sum(control.caught for control in report.controls)
    console.row(("negative controls", "bold"), (f": {caught} of {len(report.controls)} came out different", ""))
    for control in report.controls:
        if not control.caught:
            console.row((f"  not caught on {control.device}: {control.name}", "bold red"))
    verdict = "every rewrite is the same" if report.exit_code == 0 else "NOT PROVEN"
    console.row((f"{verdict} ({report.seconds:.0f} s)", "bold green" if report.exit_code == 0 else "bold red"))


def _print_section(title: str, reports: list[RowReport], console: Console, *, verbose: bool) -> None:
    counts = collections.Counter((report.rule, report.device, report.outcome.value) for report in reports)
    runs = sum(report.same for report in reports)
    console.row((title, "bold"), (f": {len(reports)} rows, {runs} comparisons without a difference", ""))
    for (rule, device, outcome), count in sorted(counts.items()):
        console.row((f"  {rule}  {device:<20}", ""), (f"{count:>4} {outcome}", _STYLES[outcome]))
    for report in reports:
        if verbose or report.outcome.value != "same":
            told = (
                f"{report.outcome.value}, {report.same} same, {report.edges} known edges, {report.raised} raise alike"
            )
            detail = f": {report.detail}" if report.detail else ""
            console.row((f"    {report.rule} {report.row} ({told}){detail}", _STYLES[report.outcome.value]))
