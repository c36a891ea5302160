"""The screens let every spelling of a candidate through, and take their time from the length of a text only."""

from __future__ import annotations

import ast

import pytest

from flake8_torchstyle.analysis.names import FileNames
from flake8_torchstyle.screening import candidates, places

CANDIDATES = {
    "class under another name": "from torch.nn import ReLU as act\ny = act()(x)\n",
    "star import": "from torch.nn import *\ny = ReLU()(x)\n",
    "class in parentheses": "import torch.nn as nn\ny = ((nn.ReLU)())(x)\n",
    "class far from its call": "import torch.nn as nn\ny = (nn.ReLU(\n)  # ) (\n(x))\n",
    "string among the arguments": "import torch.nn as nn\ny = nn.L1Loss(reduction='(')(a, b)\n",
    "module's own file": "from torch.nn.modules.activation import ReLU\ny = ReLU()(x)\n",
    "softmax under another name": "from torch.nn.functional import softmax as s\ny = s(x)\n",
    "softmax of a name with dim": "import torch.nn.functional as F\ny = F.softmax(x_dim)\n",
    "softmax with dtype": "import torch.nn.functional as F\ny = F.softmax(x, dtype=d)\n",
    "softmax of a call with dim": "import torch.nn.functional as F\ny = F.softmax(x.sum(dim=1))\n",
    "softmax with None": "import torch.nn.functional as F\ny = F.softmax(x, None)\n",
    "softmax class": "import torch.nn as nn\ny = nn.Softmax(\n)\n",
    "log under another name": "from torch import log as ln, softmax\ny = ln(softmax(x, dim=1))\n",
    "log behind": "import torch\ny = (torch.softmax(x, dim=1)\n  .log())\n",
    "loss under another name": "from torch.nn.functional import nll_loss as loss\ny = loss(x.softmax(1), t)\n",
    "loss in a variable": "import torch.nn as nn\nc = nn.NLLLoss()\ny = c(x.softmax(1), t)\n",
    "loss class under another name": "from torch.nn import NLLLoss as L\nc = L()\ny = c(x.softmax(1), t)\n",
    "loss built where it is called": "import torch.nn as nn\ny = (nn.NLLLoss(\n)\n(x.softmax(1), t))\n",
    "loss in two variables": "import torch.nn as nn\na = c = nn.NLLLoss()\ny = c(x.softmax(1), t)\n",
    "loss in parentheses": "import torch.nn as nn\nc = (\n  nn.NLLLoss())\ny = c (x.softmax(1), t)\n",
    "loss below a comment": "import torch.nn as nn\nc = (\n  # a = b\n  nn.NLLLoss())\ny = c(x.softmax(1), t)\n",
    "loss behind a long annotation": "import torch.nn as nn\nc: A[\n  B] = nn.NLLLoss()\ny = c(x.softmax(1), t)\n",
    "loss behind a row that goes on": "import torch.nn as nn\nc \\\n: A = nn.NLLLoss()\ny = c(x.softmax(1), t)\n",
    "loss in a condition": "import torch.nn as nn\nif (c\n  := nn.NLLLoss()):\n  y = c(x.softmax(1), t)\n",
    "forward handed on": "y = map(net.\\\nforward , x)\n",
    "forward in parentheses": "y = map((net.forward), x)\n",
}


@pytest.mark.parametrize("source", CANDIDATES.values(), ids=CANDIDATES)
def test_candidate(source: str) -> None:
    assert list(candidates(FileNames(ast.parse(source)), source, places(source)))


@pytest.mark.parametrize(
    "before", ["total = 1\n# so far\n", "# total = 1\n", "f(a=1)\n# a = b, c\n", "x[0] = 1\n\n\n", "def f(a=(b)):\n  "]
)
def test_assignments_above_a_loss_do_not_send_every_call_to_the_screens(before: str) -> None:
    source = f"import torch.nn.functional as F\np = x.softmax(1)\n{before}F.cross_entropy(p, t)\nother(p)\n"
    found = [offset for offsets in places(source).values() for offset in offsets]
    assert source.index("cross_entropy") in found
    assert not any(offset > source.index("other") for offset in found)
