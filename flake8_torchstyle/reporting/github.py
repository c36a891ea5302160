"""Workflow commands that GitHub Actions shows as annotations.

Format: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ..runner import Reported


def write(reported: Sequence[Reported], stream: TextIO) -> None:
    """Write one `::error` command for each finding."""
    for item in reported:
        finding = item.finding
        cell = f" cell {item.cell}" if item.cell else ""
        properties = {
            "title": f"torchstyle ({finding.code})",
            "file": item.path,
            "line": str(finding.start.row),
            "col": str(finding.start.column),
            "endLine": str(finding.end.row),
            "endColumn": str(finding.end.column),
        }
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        message = f"{item.path}:{finding.start.row}:{finding.start.column}:{cell} {finding.code} {finding.message}"
        stream.write(f"::error {listed}::{_data(message)}\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
