"""JSON as Ruff writes it: a list of findings with absolute file names and, where there is one, a fix."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any, TextIO

from ..diagnostics import Fix, Location
from ..runner import Reported
from . import rule_url


def write(reported: Sequence[Reported], stream: TextIO) -> None:
    """Write one JSON array."""
    json.dump([_finding(item) for item in reported], stream, indent=2)
    stream.write("\n")


def _finding(item: Reported) -> dict[str, Any]:
    finding = item.finding
    return {
        "cell": item.cell,
        "code": finding.code,
        "end_location": _location(finding.end),
        "filename": os.path.abspath(item.path),
        "fix": _fix(finding.fix) if finding.fix else None,
        "location": _location(finding.start),
        "message": finding.message,
        "name": finding.name,
        "noqa_row": finding.noqa_row,
        "url": rule_url(finding.code),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [
        {"content": edit.content, "end_location": _location(edit.end), "location": _location(edit.start)}
        for edit in fix.edits
    ]
    return {"applicability": fix.applicability.value, "edits": edits, "message": fix.message}


def _location(location: Location) -> dict[str, int]:
    return {"column": location.column, "row": location.row}
