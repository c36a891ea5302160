"""Options and steps that `check` and `fix` share."""

from __future__ import annotations

import argparse
import pathlib
import sys
import time
from collections.abc import Iterable, Iterator

from ..config import Config, ConfigError, load, parse_selectors
from ..discovery import MissingPathError, discover
from ..runner import FileReport, WorkerError
from . import CommandError

STDIN = "-"
_SECONDS_BEFORE_PROGRESS = 1.0


def add_shared_arguments(parser: argparse.ArgumentParser) -> None:
    """Paths, selection of rules, processes."""
    parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="files (.py, .pyi, .ipynb), folders, or - for standard input (default: the current folder)",
    )
    rules = parser.add_argument_group("rules (codes such as TS101, beginnings of codes such as TS2, or ALL)")
    rules.add_argument("--select", metavar="CODES", help="only these rules (default: ALL)")
    rules.add_argument("--ignore", metavar="CODES", help="without these rules")
    rules.add_argument("--extend-select", metavar="CODES", help="these rules besides the selected ones")
    parser.add_argument("--stdin-filename", metavar="FILE", help="the name of what comes on standard input")
    parser.add_argument(
        "--jobs", "-j", type=_job_count, metavar="N", help="processes for large trees (default: one a core)"
    )


def _job_count(value: str) -> int:
    count = int(value)
    if count < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return count


def configured(args: argparse.Namespace) -> Config:
    """The settings from pyproject.toml with those of the command line over them.

    Raises CommandError for a setting that cannot be used.
    """
    try:
        config = load(pathlib.Path.cwd())
        return config._replace(
            select=_selectors(args.select, "--select", config.select),
            ignore=_selectors(args.ignore, "--ignore", config.ignore),
            extend_select=_selectors(args.extend_select, "--extend-select", config.extend_select),
            jobs=args.jobs or config.jobs,
        )
    except ConfigError as error:
        raise CommandError(str(error)) from error


def _selectors(value: str | None, option: str, default: tuple[str, ...]) -> tuple[str, ...]:
    return default if value is None else parse_selectors(value, option)


def found_files(paths: list[str], config: Config) -> list[tuple[str, bool]]:
    """The files to look at, each with whether it was named.

    Raises CommandError for a path that does not exist.
    """
    if STDIN in paths:
        raise CommandError("- (standard input) cannot be combined with other paths")
    try:
        return discover(paths, config)
    except MissingPathError as error:
        raise CommandError(str(error)) from error


def print_errors(reports: Iterable[FileReport]) -> bool:
    """Name the files that could not be looked at on standard error; whether there were any."""
    failed = False
    for report in reports:
        if report.error is not None:
            print(f"{report.path}: {report.error}", file=sys.stderr)
            failed = True
    return failed


def collected(reports: Iterator[FileReport], total: int) -> list[FileReport]:
    """All reports; on a terminal, a bar appears once the work has taken a second.

    Raises CommandError when the processes or the cluster that should look at files cannot.
    """
    try:
        return list(_with_progress(reports, total))
    except WorkerError as error:
        raise CommandError(str(error)) from error


def _with_progress(reports: Iterator[FileReport], total: int) -> Iterator[FileReport]:
    if not sys.stderr.isatty():
        yield from reports
        return
    began = time.monotonic()
    done = 0
    for report in reports:
        done += 1
        yield report
        if time.monotonic() - began > _SECONDS_BEFORE_PROGRESS:
            break
    else:
        return
    yield from _with_bar(reports, done, total)


def _with_bar(reports: Iterator[FileReport], done: int, total: int) -> Iterator[FileReport]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("files", total=total, completed=done)
        for report in reports:
            progress.advance(task)
            yield report
