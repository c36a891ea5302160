"""SARIF 2.1.0, which code hosts import as code scanning results.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Sequence
from typing import Any, TextIO

from .. import __version__
from ..diagnostics import Finding, Location
from ..runner import Reported
from . import rule_url


def write(reported: Sequence[Reported], stream: TextIO) -> None:
    """Write one SARIF log with one run."""
    from ..rules import all_rules

    used = {item.finding.code for item in reported}
    rules = [
        {
            "id": rule.code,
            "name": rule.name,
            "shortDescription": {"text": rule.summary},
            "help": {"text": rule.docs},
            "helpUri": rule_url(rule.code),
        }
        for rule in (all_rules() if used else ())
        if rule.code in used
    ]
    driver = {"name": "torchstyle", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item) for item in reported],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    json.dump(log, stream, indent=2)
    stream.write("\n")


def _result(item: Reported) -> dict[str, Any]:
    finding = item.finding
    artifact = {"uri": pathlib.Path(item.path).absolute().as_uri()}
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": "warning",
        "message": {"text": finding.message},
        "locations": [
            {"physicalLocation": {"artifactLocation": artifact, "region": _region(finding.start, finding.end)}}
        ],
    }
    if finding.fix:
        result["fixes"] = [_fix(finding, artifact)]
    return result


def _fix(finding: Finding, artifact: dict[str, str]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.start, edit.end), "insertedContent": {"text": edit.content}}
        for edit in (finding.fix.edits if finding.fix else ())
    ]
    return {
        "description": {"text": finding.fix.message if finding.fix else ""},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _region(start: Location, end: Location) -> dict[str, int]:
    return {"startLine": start.row, "startColumn": start.column, "endLine": end.row, "endColumn": end.column}
