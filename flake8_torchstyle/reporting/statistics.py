"""`--statistics`: how many findings each rule has, most first."""

from __future__ import annotations

import collections
import json
from collections.abc import Sequence
from typing import TextIO

from ..diagnostics import Applicability
from ..runner import Reported
from ._console import Console


def write(reported: Sequence[Reported], stream: TextIO, *, as_json: bool) -> None:
    """Write a row (or JSON object) for each rule that has findings."""
    counts = collections.Counter((item.finding.code, item.finding.name) for item in reported)
    fixable = collections.Counter(
        item.finding.code
        for item in reported
        if item.finding.fix and item.finding.fix.applicability is Applicability.SAFE
    )
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    if as_json:
        rows = [
            {"code": code, "name": name, "count": count, "fixable": fixable[code]} for (code, name), count in ordered
        ]
        json.dump(rows, stream, indent=2)
        stream.write("\n")
        return
    console = Console(stream)
    width = max((len(str(count)) for count in counts.values()), default=0)
    for (code, name), count in ordered:
        mark = "*" if fixable[code] == count else "-" if fixable[code] else " "
        console.row(
            (f"{count:>{width}}", "bold"), (f"  {code}", "bold red"), (" [", ""), (mark, "cyan"), (f"] {name}", "")
        )
