"""pytest plugin: `pytest --torchstyle-verify` runs the tests with every pending rewrite in shadow.

Without the option it adds the option to pytest's help and nothing else. In a pytest that `torchstyle verify --run` has
started it sees to it that assertions are rewritten in instrumented modules too.
"""

from __future__ import annotations

import os
import pathlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .runtime.shadow.session import Session


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("torchstyle", "run pending rewrites of torchstyle in both spellings")
    group.addoption(
        "--torchstyle-verify",
        action="store_true",
        help="execute both spellings of each pending rewrite and compare; the tests go on with the old result",
    )
    group.addoption(
        "--torchstyle-path",
        action="append",
        metavar="PATH",
        help="where rewrites are pending (default: the current folder); may be given more than once",
    )
    group.addoption("--torchstyle-report", metavar="FILE", help="write the JSON report to a file")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin before the first module of the project is imported."""
    options = early_config.known_args_namespace
    if not options.torchstyle_verify and "TORCHSTYLE_SHADOW" not in os.environ:
        return
    from .runtime.shadow import hook

    if "TORCHSTYLE_SHADOW" not in os.environ:
        from .config import ConfigError
        from .discovery import MissingPathError
        from .runtime.shadow.session import Session

        try:
            session = Session(options.torchstyle_path or ["."], early_config.invocation_params.args)
        except (ConfigError, MissingPathError) as error:
            raise pytest.UsageError(str(error)) from error
        early_config.stash[_SESSION] = session
    hook.install()
    hook.take_assertion_rewriting()


_SESSION: pytest.StashKey[Session] = pytest.StashKey()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Put the report together; a difference fails the session."""
    shadow = session.config.stash.get(_SESSION, None)
    if shadow is None:
        return
    content = shadow.finish(int(exitstatus))
    report = session.config.getoption("--torchstyle-report")
    if report:
        import json

        pathlib.Path(report).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    if content["counts"].get("different") and session.exitstatus in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show what came of each rewrite."""
    shadow = config.stash.get(_SESSION, None)
    if shadow is not None and shadow.content is not None:
        from .cli._shadow import print_shadow
        from .reporting._console import Console

        terminalreporter.section("torchstyle")
        print_shadow(shadow.content, Console(terminalreporter._tw._file), verbose=config.option.verbose > 0)
