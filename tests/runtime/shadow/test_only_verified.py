"""`fix --only-verified`: what was executed and same is applied, nothing else."""

from __future__ import annotations

import hashlib
import json
import pathlib
from typing import Any

import pytest

from tests.conftest import Run

SOURCE = "import torch\n\ny = torch.relu(x)\nz = torch.selu(x)\n"
FIXED = "import torch\nimport torch.nn.functional as F\n\ny = F.relu(x)\nz = torch.selu(x)\n"


def report(path: pathlib.Path, *statuses: str, **changes: Any) -> str:
    """A report on both rewrites of the file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    site = {"filename": str(path), "sha256": digest, "code": "TS201", "column": 11}
    sites = [site | {"row": row, "status": status} | changes for row, status in zip((3, 4), statuses, strict=False)]
    target = path.with_name("report.json")
    target.write_text(json.dumps({"format": 1, "sites": sites}))
    return str(target)


@pytest.fixture
def net(project: pathlib.Path) -> pathlib.Path:
    path = project / "net.py"
    path.write_text(SOURCE)
    return path


@pytest.mark.parametrize(
    "status", ["different", "nondeterministic", "skipped", "not shadowed", "never executed"], ids=str
)
def test_only_what_came_out_same_is_applied(run: Run, net: pathlib.Path, status: str) -> None:
    result = run("fix", "--only-verified", report(net, "same", status), ".")
    assert net.read_text() == FIXED
    assert result.code == 1 and "torch.selu" in result.out


def test_nothing_is_applied_to_a_file_that_has_changed(run: Run, net: pathlib.Path) -> None:
    path = report(net, "same", "same")
    net.write_text(SOURCE + "# more\n")
    result = run("fix", "--only-verified", path, ".")
    assert net.read_text() == SOURCE + "# more\n"
    assert result.code == 1 and "changed since it was verified" in result.err


def test_nothing_is_applied_to_a_file_that_is_not_in_the_report(run: Run, net: pathlib.Path) -> None:
    path = report(net, "same", "same")
    other = net.with_name("other.py")
    other.write_text(SOURCE)
    run("fix", "--only-verified", path, ".")
    assert other.read_text() == SOURCE


def test_another_code_at_the_same_place_is_not_applied(run: Run, net: pathlib.Path) -> None:
    run("fix", "--only-verified", report(net, "same", "same", code="TS203"), ".")
    assert net.read_text() == SOURCE


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"sites": [{}]}', '{"sites": 1}'],
    ids=["empty", "list", "no sites", "bare site", "number"],
)
def test_what_is_no_report_is_refused(run: Run, net: pathlib.Path, text: str) -> None:
    net.with_name("report.json").write_text(text)
    result = run("fix", "--only-verified", "report.json", ".")
    assert result.code == 2 and "not a report" in result.err
    assert net.read_text() == SOURCE
