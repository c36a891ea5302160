"""`torchstyle check --explain-types FILE:ROW[:COLUMN]`: the evidence behind the verdict on one `.forward` call."""

from __future__ import annotations

import ast
import os
import pathlib
import re

from ..analysis.modules import Certainty
from ..analysis.names import FileNames
from ..analysis.types import Evidence
from ..context import FileContext
from ..engine import parse
from ..sources import SourceError, read, syntax_error_text
from . import OK, CommandError

_PLACE = re.compile(r"(?P<file>.+?):(?P<row>\d+)(?::(?P<column>\d+))?")
_VERDICTS = {
    Certainty.PROVEN: "proven: an nn.Module with the stock `__call__` (TS101)",
    Certainty.LIKELY: "likely an nn.Module (TS102)",
    None: "not reported",
}


def explain(place: str) -> int:
    """Print the evidence and return the exit code.

    Raises CommandError when there is no such file or no `.forward` call at the place.
    """
    match = _PLACE.fullmatch(place)
    if match is None:
        raise CommandError(f"--explain-types wants FILE:ROW[:COLUMN], not {place!r}")
    path, row = pathlib.Path(match["file"]), int(match["row"])
    try:
        source = read(path)
        file = FileContext(source.text, path, FileNames(parse(source.text)))
    except SourceError as error:
        raise CommandError(f"{path}: {error}") from error
    except SyntaxError as error:
        raise CommandError(f"{path}: {syntax_error_text(error, source)}") from error
    calls = _calls(file, row, int(match["column"]) if match["column"] else None)
    if not calls:
        raise CommandError(f"{place}: no `.forward(...)` call there")
    for call in calls:
        _print(call, file)
    return OK


def _calls(file: FileContext, row: int, column: int | None) -> list[ast.Call]:
    """The calls whose `.forward` stands on a row (and covers a column)."""
    found = []
    for node in ast.walk(file.names.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="forward") as attribute):
                end = file.span_of(attribute)[1]
                start = end.column - len("forward")
                if end.row == row and (column is None or start <= column <= end.column):
                    found.append(node)
    return found


def _print(call: ast.Call, file: FileContext) -> None:
    if not isinstance(call.func, ast.Attribute):
        raise TypeError("a `.forward` call has an attribute as its function")
    verdict = file.forward_call(call)
    print(f"{ast.unparse(call.func)}(...): {_VERDICTS[verdict.certainty if verdict else None]}")
    if verdict:
        print(f"  the receiver is {verdict.receiver_type}; the fix is {'safe' if verdict.fix_is_safe else 'unsafe'}")
    for evidence in file.modules.explain(call):
        print(f"  - {evidence.text}{_where(evidence)}")


def _where(evidence: Evidence) -> str:
    return f" ({os.path.relpath(evidence.path)}:{evidence.row})" if evidence.path else ""
