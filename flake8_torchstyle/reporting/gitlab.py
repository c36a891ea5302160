"""GitLab's Code Quality report.

Format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import collections
import hashlib
import json
import os
from collections.abc import Sequence
from typing import TextIO

from ..runner import Reported


def write(reported: Sequence[Reported], stream: TextIO) -> None:
    """Write one JSON array. Fingerprints survive moved rows: they are made of the file, code and text of the row."""
    seen: collections.Counter[tuple[str, str, str]] = collections.Counter()
    issues = []
    for item in reported:
        finding = item.finding
        key = (item.path, finding.code, item.row_text.strip())
        seen[key] += 1
        issues.append(
            {
                "description": finding.message,
                "check_name": finding.code,
                "fingerprint": hashlib.sha256(repr((key, seen[key])).encode()).hexdigest(),
                "severity": "minor",
                "location": {"path": _relative(item.path), "lines": {"begin": finding.start.row}},
            }
        )
    json.dump(issues, stream, indent=2)
    stream.write("\n")


def _relative(path: str) -> str:
    return os.path.relpath(path).replace(os.sep, "/")
