"""Put what all processes recorded together with the plan: a status for each pending rewrite. Needs no torch."""

from __future__ import annotations

import collections
import enum
import json
import pathlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ... import __version__
from .plan import PlannedFile, PlannedSite

FORMAT = 1


class Status(enum.Enum):
    """What came of a pending rewrite."""

    SAME = "same"
    DIFFERENT = "different"
    NONDETERMINISTIC = "nondeterministic"
    SKIPPED = "skipped"
    NOT_SHADOWED = "not shadowed"
    NEVER_EXECUTED = "never executed"


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """A run of a program in shadow; `as_json` is documented in this package's docstring."""

    command: Sequence[str]
    status: int
    seconds: float
    files: Sequence[PlannedFile]
    processes: Sequence[dict[str, Any]]

    @property
    def sites(self) -> list[dict[str, Any]]:
        """All pending rewrites, by place."""
        merged = [_site(file, planned, self.processes) for file in self.files for planned in file.sites]
        return sorted(merged, key=lambda site: (site["filename"], site["row"], site["column"], site["code"]))

    @property
    def seconds_added(self) -> float:
        """Time spent on comparing, over all processes."""
        records = [record for process in self.processes for record in process["sites"].values()]
        return float(sum(record["seconds_compared"] - record["seconds_old"] for record in records))

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        sites = self.sites
        machines = [process["machine"] for process in self.processes if process["machine"]]
        return {
            "format": FORMAT,
            "version": __version__,
            "python": _distinct(process["python"] for process in self.processes),
            "torch": _distinct(machine["torch"] for machine in machines),
            "devices": _distinct(device for machine in machines for device in machine["devices"]),
            "absent": _distinct(kind for machine in machines for kind in machine["absent"]),
            "command": list(self.command),
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "seconds_added": round(self.seconds_added, 3),
            "processes": [{name: process[name] for name in ("pid", "argv", "modules")} for process in self.processes],
            "counts": dict(collections.Counter(site["status"] for site in sites)),
            "sites": sites,
        }


def read_processes(folder: pathlib.Path) -> list[dict[str, Any]]:
    """The records that processes left in a folder."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("process-*.json"))]


def _distinct(values: Iterable[str]) -> list[str]:
    return sorted(set(values))


def _site(file: PlannedFile, planned: PlannedSite, processes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    finding = planned.finding
    records = [process["sites"][planned.site.key] for process in processes if planned.site.key in process["sites"]]
    status = _status(planned, records)
    skipped: collections.Counter[str] = collections.Counter()
    for record in records:
        skipped.update(record["skipped"])
    return {
        "filename": file.path,
        "sha256": file.sha256,
        "row": finding.start.row,
        "column": finding.start.column,
        "code": finding.code,
        "message": finding.message,
        "applicability": finding.fix.applicability.value if finding.fix else None,
        "status": status.value,
        **{name: sum(record[name] for record in records) for name in ("calls", "compared", "raised", "gradients")},
        "difference": planned.refused or _first(records, status),
        "skipped": dict(skipped),
        "devices": _distinct(device for record in records for device in record["devices"]),
        "shapes": _distinct(shapes for record in records for shapes in record["shapes"]),
    }


def _status(planned: PlannedSite, records: Sequence[dict[str, Any]]) -> Status:
    if planned.refused:
        return Status.NOT_SHADOWED
    if any(record["different"] for record in records):
        return Status.DIFFERENT
    if any(record["nondeterministic"] for record in records):
        return Status.NONDETERMINISTIC
    if any(record["compared"] for record in records):
        return Status.SAME
    executed = any(record["calls"] or record["skipped"] for record in records)
    return Status.SKIPPED if executed else Status.NEVER_EXECUTED


def _first(records: Sequence[dict[str, Any]], status: Status) -> str | None:
    """The first difference in words, for a status that has one."""
    if status not in (Status.DIFFERENT, Status.NONDETERMINISTIC):
        return None
    return next((text for record in records if (text := record[status.value])), None)
