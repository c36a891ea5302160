"""`torchstyle verify --run -- COMMAND`: the user's program, both spellings executed at every pending rewrite."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from ..config import load
from ..reporting._console import Console
from . import FAILURE, FINDINGS, OK, CommandError
from ._common import found_files
from .verify import write_json

STYLES = {
    "same": "green",
    "different": "bold red",
    "nondeterministic": "yellow",
    "skipped": "yellow",
    "not shadowed": "dim",
    "never executed": "dim",
}


def run_in_shadow(args: argparse.Namespace) -> int:
    """Run the command, report on each pending rewrite and return the exit code."""
    import pathlib

    from ..runtime.shadow.launch import run_command
    from ..runtime.shadow.plan import PlannedFile, make_plan

    if not (args.run and args.program):
        raise CommandError("--run and a command belong together: torchstyle verify --run -- pytest -q")
    config = load(pathlib.Path.cwd())
    if args.rule is not None:
        config = config._replace(select=(args.rule,))
    files: list[PlannedFile] = []
    for planned in make_plan([path for path, _ in found_files(args.paths, config)], config):
        if isinstance(planned, str):
            print(planned, file=sys.stderr)
        else:
            files.append(planned)
    try:
        report = run_command(args.program, files, args.calls)
    except OSError as error:
        raise CommandError(f"{args.program[0]}: {error.strerror}") from error
    content = report.as_json()
    if not write_json(content, args):
        print_shadow(content, Console(sys.stdout), verbose=args.verbose)
    return exit_code(content)


def exit_code(content: dict[str, Any]) -> int:
    """2 when a command with pending rewrites was not seen at all, 1 for a difference or a failed command, else 0."""
    if content["sites"] and not content["processes"]:
        return FAILURE
    return FINDINGS if content["counts"].get("different") or content["status"] else OK


def print_shadow(content: dict[str, Any], console: Console, *, verbose: bool) -> None:
    """Print a report of a run in shadow: what is not plainly the same, then the counts."""
    sites = content["sites"]
    if not sites:
        console.row(("no rewrite is pending under the given paths", "bold"))
        return
    for site in sites:
        if verbose or site["status"] not in ("same", "never executed"):
            console.row(*_described(site))
    for process in content["processes"]:
        for file, problem in process["modules"].items():
            if problem:
                console.row((f"{_relative(file)}: left as it is in process {process['pid']}: {problem}", "yellow"))
    _print_counts(content, console)


def _described(site: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    place = f"{_relative(site['filename'])}:{site['row']}:{site['column']}: {site['code']} "
    told = [f"{site['calls']} calls"] * bool(site["calls"])
    told += [f"{site['compared']} compared on {', '.join(site['devices']) or 'no tensor'}"] * bool(site["compared"])
    told += [f"gradients of {site['gradients']}"] * bool(site["gradients"])
    told += [f"{count} skipped: {reason}" for reason, count in site["skipped"].items()]
    detail = f": {site['difference']}" if site["difference"] else ""
    extra = f" ({'; '.join(told)})" if told else ""
    return (place, "bold"), (site["status"], STYLES[site["status"]]), (f"{extra}{detail}", "")


def _relative(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _print_counts(content: dict[str, Any], console: Console) -> None:
    counts = content["counts"]
    parts = [f"{counts[status]} {status}" for status in STYLES if counts.get(status)]
    console.row((f"{len(content['sites'])} pending rewrites: {', '.join(parts)}", "bold"))
    if not content["processes"]:
        console.row(
            (
                "no process executed a module with a pending rewrite; "
                "is torchstyle installed where the command's Python looks?",
                "bold red",
            )
        )
        return
    absent = f"; absent: {', '.join(content['absent'])}" if content["absent"] else ""
    console.row((f"devices: {', '.join(content['devices']) or 'torch was not used'}{absent}", "dim"))
    console.row(
        (
            f"{len(content['processes'])} processes, {content['seconds']:.1f} s,"
            f" of which comparing took {content['seconds_added']:.1f} s",
            "dim",
        )
    )
    if content["status"]:
        console.row((f"the command ended with status {content['status']}", "bold red"))
