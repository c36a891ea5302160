"""Programs that run in shadow in processes of their own."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

NET = textwrap.dedent(
    '''
    """A network with habits."""
    from __future__ import annotations

    import torch
    from torch import nn


    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(8, 4)
            self.norm = nn.BatchNorm1d(4)

        def forward(self, x):
            x = torch.relu(self.norm.forward(self.hidden(x)))
            return torch.dropout(x, 0.5, train=self.training)


    def act(x):
        return torch.selu(x)


    def never(x):
        return torch.softmax(x, 0)
    '''
).lstrip()

Shadow = Callable[..., tuple[subprocess.CompletedProcess[str], dict[str, Any]]]


@pytest.fixture
def shadow(project: pathlib.Path) -> Shadow:
    """`torchstyle verify --run` on a command, and its report. `{python}` stands for this interpreter."""
    (project / "net.py").write_text(NET)

    def run(*command: str, options: tuple[str, ...] = ()) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
        words = [word.format(python=sys.executable) for word in command]
        arguments = ["verify", *options, "--report", "report.json", "--run", "--", *words]
        done = subprocess.run(
            [sys.executable, "-m", "flake8_torchstyle", *arguments], capture_output=True, text=True, cwd=project
        )
        report = project / "report.json"
        return done, json.loads(report.read_text()) if report.exists() else {}

    return run


def statuses(report: dict[str, Any]) -> dict[str, str]:
    """What came of each site, by file, row and code."""
    return {
        f"{pathlib.Path(site['filename']).name}:{site['row']}:{site['code']}": site["status"]
        for site in report["sites"]
    }
