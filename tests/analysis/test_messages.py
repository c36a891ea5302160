"""What users read: the receiver's class in the message, the chain of evidence of `--explain-types`."""

from __future__ import annotations

import pathlib

import pytest

from ..conftest import Run
from .verdicts import findings, with_net, write

FILES = {
    "app/__init__.py": "",
    "app/models/__init__.py": "from .encoder import Encoder\n",
    "app/models/encoder.py": (
        "import torch.nn as nn\n\n\nclass Base(nn.Module):\n    pass\n\n\nclass Encoder(Base):\n"
        "    def forward(self, x):\n        return x\n"
    ),
    "app/train.py": (
        "from app.models import Encoder\n\n\nclass Trainer:\n    def __init__(self, model):\n"
        "        self.encoder = Encoder()\n        self.model = model\n\n    def step(self, x):\n"
        "        self.model.forward(x)\n        return self.encoder.forward(x)\n"
    ),
    "app/main.py": "import torch\nfrom app.train import Trainer\n\nTrainer(torch.jit.load('m.pt'))\n",
}

MESSAGES = {
    "own-file": ("net = Net()\nnet.forward(1)\n", "`net` is `Net`, an nn.Module (line 5)"),
    "torch": ("nn.Linear(2, 2).forward(1)\n", "`nn.Linear(2, 2)` is `torch.nn.Linear`"),
    "several": (
        "net = Net() if FLAG else nn.ReLU()\nnet.forward(1)\n",
        "`net` is `Net`, an nn.Module (line 5), or `torch.nn.ReLU`",
    ),
    "many": (
        "net = [Net(), nn.ReLU(), nn.Linear(2, 2)][0]\nnet.forward(1)\n",
        "`net` is `Net`, an nn.Module (line 5), or one of 2 other classes",
    ),
    "used-as-a-module": (
        "def run(net, x):\n    net.zero_grad()\n    net.forward(x)\n",
        "`net` is likely an nn.Module (`net.zero_grad(...)` is called)",
    ),
    "public-class": (
        "import lightning\n\n\ndef run(net: lightning.LightningModule):\n    net.forward(1)\n",
        "`net` is `lightning.LightningModule`, an nn.Module",
    ),
}


@pytest.mark.parametrize("text, message", [pytest.param(*case, id=name) for name, case in MESSAGES.items()])
def test_message(tmp_path: pathlib.Path, text: str, message: str) -> None:
    (tmp_path / "use.py").write_text(with_net(text))
    assert findings(tmp_path / "use.py")[-1].message == f"{message}: call it directly, `.forward` skips its hooks"


def test_message_names_the_other_file(tmp_path: pathlib.Path) -> None:
    write(tmp_path, FILES)
    messages = [finding.message for finding in findings(tmp_path / "app/train.py")]
    assert messages == [
        "`self.model` is likely `torch.jit.ScriptModule`, an nn.Module: call it directly, `.forward` skips its hooks",
        "`self.encoder` is `Encoder`, an nn.Module (models/encoder.py:8): call it directly, `.forward` skips its hooks",
    ]


def test_explanation_of_a_proof(run: Run, project: pathlib.Path) -> None:
    write(project, FILES)
    result = run("check", "--explain-types", "app/train.py:11")
    assert result.code == 0
    assert result.out.splitlines() == [
        "self.encoder.forward(...): proven: an nn.Module with the stock `__call__` (TS101)",
        "  the receiver is `Encoder`, an nn.Module (models/encoder.py:8); the fix is safe",
        "  - built by `Encoder(...)` (app/train.py:6)",
        "  - `self.encoder = Encoder()` (app/train.py:6)",
        "  - class `Encoder(Base)` (app/models/encoder.py:8)",
        "  - class `Base(nn.Module)` (app/models/encoder.py:4)",
        "  - `torch.nn.Module` is an nn.Module",
    ]


def test_explanation_of_a_likelihood(run: Run, project: pathlib.Path) -> None:
    write(project, FILES)
    result = run("check", "--explain-types", "app/train.py:10")
    assert "self.model.forward(...): likely an nn.Module (TS102)" in result.out
    assert "- `model` is passed by `Trainer(...)` (app/main.py:4)" in result.out
    assert "- `torch.jit.load(...)` returns `torch.jit.ScriptModule` (app/main.py:4)" in result.out


def test_explanation_of_silence(run: Run, project: pathlib.Path) -> None:
    (project / "use.py").write_text(
        with_net("net = Net()\nnet.register_forward_hook(lambda m, a, o: net.forward(*a))\n")
    )
    rows = (project / "use.py").read_text().count("\n")
    result = run("check", "--explain-types", f"use.py:{rows}")
    assert "net.forward(...): not reported" in result.out
    assert "is a hook or takes the place of a `forward`" in result.out
