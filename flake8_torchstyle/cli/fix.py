"""`torchstyle fix`: repair findings in place, or show what that would change."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pathlib
import sys

from ..config import Config
from ..reporting import concise
from ..reporting._console import Console
from ..runner import FileReport, FixTask, fix_source, unified_diff
from ..runner import run as run_task
from ..sources import SourceError, decode
from . import FAILURE, FINDINGS, OK, CommandError
from ._common import STDIN, add_shared_arguments, collected, configured, found_files, print_errors

_EPILOG = """\
examples:
  torchstyle fix --diff .              show the safe fixes as a patch, change nothing
  torchstyle fix src tests             apply the safe fixes
  torchstyle fix --unsafe-fixes src    apply the unsafe ones too
  torchstyle fix --only-verified report.json src
                                       apply what `torchstyle verify --run` saw executed and found the same
  cat net.py | torchstyle fix -        the fixed text goes to standard output

Only the characters of an edit change: comments, spacing, line endings and encoding stay as they are.
Exit codes: 0 nothing left, 1 findings left (--diff: a file would change), 2 error."""
Verified = dict[str, frozenset[tuple[int, int, str]]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.epilog = _EPILOG
    add_shared_arguments(parser)
    fixes = parser.add_argument_group("fixes")
    fixes.add_argument("--diff", action="store_true", help="print a unified diff, change no file")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="also apply fixes that may change behaviour")
    fixes.add_argument(
        "--only-verified", metavar="REPORT.json", help="apply only what this report of `verify --run` found the same"
    )


def run(args: argparse.Namespace) -> int:
    """Repair findings and return the exit code."""
    config = configured(args)
    config = config._replace(unsafe_fixes=args.unsafe_fixes or config.unsafe_fixes)
    verified = _read_verified(pathlib.Path(args.only_verified)) if args.only_verified else None
    if args.paths == [STDIN]:
        return _fix_stdin(args, config, verified)
    files = found_files(args.paths, config)
    task = FixTask(config, args.diff, verified)
    reports = collected(run_task(task, files, config.jobs), len(files))
    failed = print_errors(reports)
    if args.diff:
        return _finish_diff(reports, failed)
    return _finish(reports, failed)


def _finish_diff(reports: list[FileReport], failed: bool) -> int:
    for report in reports:
        sys.stdout.buffer.write(report.diff)
    sys.stdout.buffer.flush()
    changed = [report for report in reports if report.diff]
    print(_summary(changed, "Would fix"), file=sys.stderr)
    return FAILURE if failed else FINDINGS if changed else OK


def _finish(reports: list[FileReport], failed: bool) -> int:
    left = [item for report in reports for item in report.reported]
    changed = [report for report in reports if report.applied]
    if left:
        concise.write(left, sys.stdout)
    Console(sys.stdout).row((_summary(changed, "Fixed"), "green" if changed else ""))
    return FAILURE if failed else FINDINGS if left else OK


def _summary(changed: list[FileReport], verb: str) -> str:
    if not changed:
        return "Nothing to fix."
    count = sum(report.applied for report in changed)
    return f"{verb} {_plural(count, 'finding')} in {_plural(len(changed), 'file')}."


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _fix_stdin(args: argparse.Namespace, config: Config, verified: Verified | None) -> int:
    name = args.stdin_filename or STDIN
    data = sys.stdin.buffer.read()
    try:
        source = decode(data, suffix=name[name.rfind(".") :] if "." in name else ".py")
        report, fixed = fix_source(source, name, config, verified, parse_always=True)
    except SourceError as error:
        report, fixed = FileReport(name, error=str(error)), None
    failed = print_errors([report])
    if args.diff:
        return _finish_diff([report._replace(diff=unified_diff(name, data, fixed))] if fixed else [report], failed)
    sys.stdout.buffer.write(fixed if fixed is not None else data)
    sys.stdout.buffer.flush()
    if report.reported:
        concise.write(report.reported, sys.stderr)
    return FAILURE if failed else FINDINGS if report.reported else OK


def _read_verified(path: pathlib.Path) -> Verified:
    """The places that a report of `verify --run` found the same, by file; none in a file that has changed since.

    Raises CommandError when it is not such a report.
    """
    try:
        sites = json.loads(path.read_text(encoding="utf-8"))["sites"]
        places: dict[str, set[tuple[int, int, str]]] = {}
        digests: dict[str, str] = {}
        for site in sites:
            file = os.path.realpath(site["filename"])
            digests[file] = site["sha256"]
            if site["status"] == "same":
                places.setdefault(file, set()).add((site["row"], site["column"], site["code"]))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path}: not a report of `torchstyle verify --run`") from error
    changed = {file for file in places if _digest(file) != digests[file]}
    for file in sorted(changed):
        print(f"{file}: changed since it was verified, nothing is applied", file=sys.stderr)
    return {file: frozenset(found) for file, found in places.items() if file not in changed}


def _digest(file: str) -> str | None:
    try:
        return hashlib.sha256(pathlib.Path(file).read_bytes()).hexdigest()
    except OSError:
        return None
