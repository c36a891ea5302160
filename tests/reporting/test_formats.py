"""The machine-readable formats, against what their readers require."""

from __future__ import annotations

import json
import pathlib
from xml.etree import ElementTree

import pytest

from ..conftest import ALIAS, CLEAN, Run


@pytest.fixture
def finding(project: pathlib.Path) -> pathlib.Path:
    path = project / "a.py"
    path.write_text(ALIAS)
    return path


def test_github(run: Run, finding: pathlib.Path) -> None:
    out = run("check", "--output-format", "github").out
    assert out.startswith("::error title=torchstyle (TS201),file=a.py,line=3,col=11,endLine=3,endColumn=15::a.py:3:11:")
    assert out.count("\n") == 1


def test_gitlab(run: Run, finding: pathlib.Path) -> None:
    (issue,) = json.loads(run("check", "--output-format", "gitlab").out)
    assert issue["location"] == {"path": "a.py", "lines": {"begin": 3}}
    assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
    finding.write_text("\n\n" + ALIAS)
    (moved,) = json.loads(run("check", "--output-format", "gitlab").out)
    assert moved["fingerprint"] == issue["fingerprint"]


def test_gitlab_fingerprints_differ(run: Run, finding: pathlib.Path) -> None:
    finding.write_text(ALIAS + "y = torch.relu(x)\n")
    issues = json.loads(run("check", "--output-format", "gitlab").out)
    assert len({issue["fingerprint"] for issue in issues}) == 2


def test_sarif(run: Run, finding: pathlib.Path) -> None:
    log = json.loads(run("check", "--output-format", "sarif").out)
    assert log["version"] == "2.1.0"
    (sarif_run,) = log["runs"]
    (result,) = sarif_run["results"]
    assert result["ruleId"] == sarif_run["tool"]["driver"]["rules"][0]["id"] == "TS201"
    region = {"startLine": 3, "startColumn": 11, "endLine": 3, "endColumn": 15}
    assert result["locations"][0]["physicalLocation"]["region"] == region
    (change,) = result["fixes"][0]["artifactChanges"]
    assert len(change["replacements"]) == 2


def test_junit(run: Run, finding: pathlib.Path) -> None:
    root = ElementTree.fromstring(run("check", "--output-format", "junit").out)
    assert root.attrib["failures"] == "1"
    (case,) = root.iter("testcase")
    assert case.attrib["classname"] == "a"
    assert case.find("failure") is not None


@pytest.mark.parametrize("name, empty", [("json", []), ("gitlab", [])])
def test_nothing_found_is_still_a_document(run: Run, project: pathlib.Path, name: str, empty: object) -> None:
    (project / "a.py").write_text(CLEAN)
    assert json.loads(run("check", "--output-format", name).out) == empty


def test_nothing_found_in_the_others(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(CLEAN)
    assert run("check", "--output-format", "github").out == ""
    assert json.loads(run("check", "--output-format", "sarif").out)["runs"][0]["results"] == []
    assert ElementTree.fromstring(run("check", "--output-format", "junit").out).attrib["failures"] == "0"


def test_carets_stand_under_wide_characters(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text("import torch\nx = '深度'; y = torch.relu(x)\n")
    rows = run("check").out.splitlines()
    source, carets = rows[2], rows[3]
    wide = sum(2 if character in "深度" else 1 for character in source[: source.index("relu")])
    assert carets.index("^") == wide
