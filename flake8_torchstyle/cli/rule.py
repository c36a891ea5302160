"""`torchstyle rule`: the page of a rule, or of all."""

from __future__ import annotations

import argparse
import json
import sys

from ..diagnostics import Applicability, Rule
from ..reporting._console import wants_colour
from ..rules import all_rules
from . import OK, CommandError

_EPILOG = """\
examples:
  torchstyle rule TS101
  torchstyle rule --all --output-format json"""
_FIX = {
    Applicability.SAFE: "The fix is safe.",
    Applicability.UNSAFE: "The fix is unsafe (`--unsafe-fixes`).",
    Applicability.DISPLAY: "There is no fix.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.add_argument("code", nargs="?", metavar="CODE", help="a rule's code, such as TS101, or its name")
    parser.add_argument("--all", action="store_true", help="every rule")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: text)")


def run(args: argparse.Namespace) -> int:
    """Print the pages and return the exit code."""
    rules = all_rules() if args.all else (_find(args.code),)
    if args.output_format == "json":
        pages = [_as_json(rule) for rule in rules]
        json.dump(pages if args.all else pages[0], sys.stdout, indent=2)
        print()
        return OK
    text = "\n".join(_page(rule) for rule in rules)
    if wants_colour(sys.stdout):
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text)
    return OK


def _find(code: str | None) -> Rule:
    rules = all_rules()
    if code is None:
        raise CommandError("which rule? Give a code, or --all")
    for rule in rules:
        if code.upper() == rule.code or code.lower() == rule.name:
            return rule
    raise CommandError(f"no rule {code!r}; rules: {', '.join(rule.code for rule in rules)}")


def _page(rule: Rule) -> str:
    return f"# {rule.name} ({rule.code})\n\n{_FIX[rule.applicability]}\n\n{rule.docs.strip()}\n"


def _as_json(rule: Rule) -> dict[str, str]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "fix": rule.applicability.value,
        "explanation": rule.docs.strip(),
    }
