"""Sources that say for each `.forward` call what the analysis must answer: `net.forward(x)  # -> safe`."""

from __future__ import annotations

import pathlib
import re
import textwrap

from flake8_torchstyle.diagnostics import Finding
from flake8_torchstyle.engine import lint

_EXPECTED = re.compile(r"# -> (safe|unsafe|likely|silent)\b")


def write(folder: pathlib.Path, files: dict[str, str]) -> None:
    """Put files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")


def findings(path: pathlib.Path) -> tuple[Finding, ...]:
    """What TS101 and TS102 say of a file."""
    return lint(path.read_text(encoding="utf-8"), path, lambda code: code in ("TS101", "TS102"))


def verdict(finding: Finding) -> str:
    """ "safe" and "unsafe" for TS101 by its fix, "likely" for TS102."""
    if finding.code == "TS102":
        return "likely"
    return finding.fix.applicability.value if finding.fix else "nofix"


def expected(text: str) -> dict[int, str]:
    """The verdict wanted for each row that states one; silent rows are left out.

    Raises ValueError where the text states nothing at all.
    """
    stated = {row: m[1] for row, line in enumerate(text.splitlines(), 1) if (m := _EXPECTED.search(line))}
    if not stated:
        raise ValueError("nothing is expected of this text")
    return {row: word for row, word in stated.items() if word != "silent"}


def check(folder: pathlib.Path, files: dict[str, str]) -> None:
    """Write files and hold every one that states verdicts against what the analysis says."""
    write(folder, files)
    judged = 0
    for name in files:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        if not _EXPECTED.search(text):
            continue
        judged += 1
        assert {f.start.row: verdict(f) for f in findings(path)} == expected(text), name
    assert judged


NET = """
import torch
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return x


class Custom(nn.Module):
    def __call__(self, x):
        return self.forward(x) + 1

    def forward(self, x):
        return x


class Plain:
    def forward(self, x):
        return x


"""


def with_net(text: str) -> str:
    """A snippet below the classes `Net` (a module), `Custom` (its own `__call__`) and `Plain` (no module)."""
    return NET.lstrip("\n") + textwrap.dedent(text).lstrip("\n")
