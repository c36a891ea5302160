"""`torchstyle check`: report findings."""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Iterator, Sequence

from .. import reporting
from ..config import CACHE_FOLDER, Config
from ..runner import CheckTask, FileReport, check_source
from ..runner import run as run_task
from ..sources import SourceError, decode
from . import FAILURE, FINDINGS, OK
from ._common import STDIN, add_shared_arguments, collected, configured, found_files, print_errors

_EPILOG = """\
examples:
  torchstyle check .
  torchstyle check --select TS2 --output-format concise src
  torchstyle check --output-format sarif . > torchstyle.sarif
  cat net.py | torchstyle check --stdin-filename net.py -
  torchstyle check --explain-types train.py:42     why is (or is not) this call reported?

A `# noqa` or `# noqa: TS101` comment hides findings as it does in flake8.
Exit codes: 0 no findings, 1 findings, 2 error."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.epilog = _EPILOG
    add_shared_arguments(parser)
    output = parser.add_argument_group("output")
    output.add_argument("--output-format", choices=reporting.FORMATS, default="full", help="(default: full)")
    output.add_argument("--statistics", action="store_true", help="count findings by rule instead of listing them")
    output.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="let the workers of this Dask scheduler look at the files (tcp://host:8786)",
    )
    caching = parser.add_argument_group("cache (results of files that have not changed, nor what they rest on)")
    caching.add_argument("--no-cache", action="store_true", help="look at every file again, write nothing")
    caching.add_argument("--cache-dir", metavar="DIR", help=f"(default: {CACHE_FOLDER} in the project's folder)")
    output.add_argument(
        "--explain-types",
        metavar="FILE:ROW[:COLUMN]",
        help="for the .forward calls of one row, show what the receiver is known to be and from where",
    )


def run(args: argparse.Namespace) -> int:
    """Report findings and return the exit code."""
    if args.explain_types:
        from ._explain import explain

        return explain(args.explain_types)
    config = configured(args)
    reports = _stdin_report(args, config) if args.paths == [STDIN] else _file_reports(args, config)
    failed = print_errors(reports)
    reported = [item for report in reports for item in report.reported]
    if args.statistics:
        from ..reporting import statistics

        statistics.write(reported, sys.stdout, as_json=args.output_format == "json")
    elif reported or not failed or args.output_format not in reporting.FOR_PEOPLE:
        # "All checks passed!" would be wrong where some could not be made.
        reporting.write(args.output_format, reported, sys.stdout)
    if failed:
        return FAILURE
    return FINDINGS if reported and not args.exit_zero else OK


def _file_reports(args: argparse.Namespace, config: Config) -> list[FileReport]:
    files = found_files(args.paths, config)
    task = CheckTask(config)
    notes = [] if files else ["no Python file or notebook under the given paths"]

    def look_at(files: Sequence[tuple[str, bool]]) -> Iterator[FileReport]:
        if args.cluster is None:
            return run_task(task, files, config.jobs)
        from ..cluster import run_on_cluster

        return run_on_cluster(task, files, args.cluster, notes.append)

    if args.no_cache:
        reports = collected(look_at(files), len(files))
    else:
        from ..cache import Cache, check_cached

        cache = Cache(pathlib.Path(args.cache_dir) if args.cache_dir else config.root / CACHE_FOLDER, config)
        reports = collected(check_cached(files, cache, look_at), len(files))
        notes += cache.notes
    for note in dict.fromkeys(notes):
        print(f"torchstyle: note: {note}", file=sys.stderr)
    return reports


def _stdin_report(args: argparse.Namespace, config: Config) -> list[FileReport]:
    name = args.stdin_filename or STDIN
    try:
        source = decode(sys.stdin.buffer.read(), suffix=name[name.rfind(".") :] if "." in name else ".py")
    except SourceError as error:
        return [FileReport(name, error=str(error))]
    return [check_source(source, name, config, parse_always=True)]
