"""The screens let every spelling of a candidate through, and take their time from the length of a text only."""

from __future__ import annotations

import ast

import pytest

from flake8_torchstyle.analysis.names import FileNames
from flake8_torchstyle.screening import SCREENS, _screen, candidates, places

F = "import torch.nn.functional as F\n"
CANDIDATES = {
    "class under another name": "from torch.nn import ReLU as act\ny = act()(x)\n",
    "star import": "from torch.nn import *\ny = ReLU()(x)\n",
    "class in parentheses": "import torch.nn as nn\ny = ((nn.ReLU)())(x)\n",
    "class far from its call": "import torch.nn as nn\ny = (nn.ReLU(\n)  # ) (\n(x))\n",
    "string among the arguments": "import torch.nn as nn\ny = nn.L1Loss(reduction='(')(a, b)\n",
    "module's own file": "from torch.nn.modules.activation import ReLU\ny = ReLU()(x)\n",
    "softmax under another name": "from torch.nn.functional import softmax as s\ny = s(x)\n",
    "softmax of a name with dim": F + "y = F.softmax(x_dim)\n",
    "softmax with dtype": F + "y = F.softmax(x, dtype=d)\n",
    "softmax of a call with dim": F + "y = F.softmax(x.sum(dim=1))\n",
    "softmax with None": F + "y = F.softmax(x, None)\n",
    "softmax class": "import torch.nn as nn\ny = nn.Softmax(\n)\n",
    "log under another name": "from torch import log as ln, softmax\ny = ln(softmax(x, dim=1))\n",
    "log behind": "import torch\ny = (torch.softmax(x, dim=1)\n  .log())\n",
    "softmax of a module in parentheses": F + "y = (F).softmax(x)\n",
    "softmax on the next row": F + "y = (F.\n  softmax(x))\n",
    "softmax behind a comment": F + "y = (F  # )\n  .softmax(x))\n",
    "softmax of torch's functional": "import torch\ny = torch.nn.functional.softmax(x)\n",
    "softmax of an imported functional": "from torch.nn import functional\ny = functional.softmax(x)\n",
    "softmax of a module named below a comment": "from torch.nn import (functional as  # why\n  G)\ny = G.softmax(x)\n",
    "softmax named below a comment": "from torch.nn.functional import (softmax  # why\n  as s)\ny = s(x)\n",
    "softmax of a text": F + "y = F.softmax(f('(,', \"dim=1\"), dtype=d)\n",
    "softmax of an f-string": F + "y = F.softmax(f(f'{d[\"a\"]}, dim=1'))\n",
    "softmax with a comment": F + "y = F.softmax(x  # , dim=1)\n)\n",
    "softmax with a comma at the end": F + "y = F.softmax(x,)\n",
    "softmax class with a comma": "import torch.nn as nn\ny = nn.Softmax(None,)\n",
    "log softmax": F + "y = F.log_softmax(x)\n",
    "log softmax class": "import torch.nn as nn\ny = nn.LogSoftmax()\n",
    "log of a softmax in parentheses": "import torch\ny = torch.log((torch.softmax(x, 1)))\n",
    "log of a softmax of a text": "import torch\ny = torch.log(torch.softmax(f(')'), 1))\n",
    "log of a softmax below it": "import torch\ny = torch.log(  # )\n  torch.softmax(x, 1))\n",
    "log of a softmax method": "import torch\ny = torch.log(input=(a @ b).softmax(1))\n",
    "log of a softmax under another name": "import torch\nfrom torch import softmax as s\ny = torch.log(s(x, 1))\n",
    "log of a module's softmax": "import torch\ny = torch.log(torch.nn.Softmax(1)(x))\n",
    "log of torch in parentheses": "import torch\ny = (torch).log(torch.softmax(x, 1))\n",
    "log of a module as a method": "import torch.nn as nn\ny = nn.Softmax(1).forward(x).log()\n",
    "log far from its module": "import torch\ny = torch.\\\n  log(torch.softmax(x, 1))\n",
    "log from a star import": "from torch import *\ny = log(softmax(x, 1))\n",
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
    "loss of a variable": F + "p = F.softmax(x, 1)\ny = F.nll_loss(p, t)\n",
    "loss of a variable with a type": F + "p: T = F.softmax(x, 1)\ny = F.nll_loss(p, t)\n",
    "loss of a variable below its sign": F + "p = \\\n F.softmax(x, 1)\ny = F.nll_loss(p, t)\n",
    "loss of a variable in a condition": F + "if a: p = x.softmax(1)\ny = F.nll_loss(p, t)\n",
    "loss of a second variable": F + "a = 1; p = x.softmax(1)\ny = F.nll_loss(p, t)\n",
    "loss of a chain of variables": F + "a = p = x.softmax(1)\ny = F.nll_loss(p, t)\n",
    "loss of a walrus": F + "assert (p := x.softmax(1))\ny = F.nll_loss(p, t)\n",
    "loss of a view": F + "p = x.softmax(1)[0]\ny = F.nll_loss(input=p.view(1), target=t)\n",
    "loss behind an argument": F + "p = f(x,\ndim=1).softmax(1)\ny = F.nll_loss(p, t)\n",
    "loss behind a text": F + "p = f(x,\nd='(').softmax(1)\ny = F.nll_loss(p, t)\n",
    "loss of a module": "from torch import nn\ns = nn.Softmax(1)\ny = nn.NLLLoss()(s(x), t)\n",
    "loss of a module's result": "from torch import nn\ns = nn.Softmax(1)\np = s(x)\ny = nn.NLLLoss()(p, t)\n",
    "loss of a result below its sign": "from torch import nn\ns = nn.Softmax(1)\np = (\n s(x))\n"
    "y = nn.NLLLoss()(p, t)\n",
    "loss of a network": "from torch import nn\nn = nn.Sequential(a, nn.Softmax(1))\ny = nn.NLLLoss()(n(x), t)\n",
    "loss of a network in rows": "from torch import nn\nn = nn.Sequential(\n a,\n nn.Softmax(1)\n)\n"
    "y = nn.NLLLoss()(n(x), t)\n",
    "loss of an attribute": "from torch import nn\nclass A:\n def f(self):\n  self.s = nn.Softmax(1)\n"
    " def g(self, x):\n"
    "  y = nn.NLLLoss()(self.s(x), t)\n",
    "loss of a softmax under another name": F + "from torch import softmax as s\np = s(x, 1)\ny = F.nll_loss(p, t)\n",
    "loss of a text": F + "y = F.nll_loss(x.f(')').softmax(1), t)\n",
    "loss of an f-string": F + "p = x.softmax(1)\ny = F.nll_loss(p[f'{a}'], t)\n",
    "loss in a docstring too": F + '"""\n>>> q = x.softmax(1)\n"""\np = x.softmax(1)\ny = F.nll_loss(p, t)\n',
    "forward handed on": "y = map(net.\\\nforward , x)\n",
    "forward in parentheses": "y = map((net.forward), x)\n",
}


@pytest.mark.parametrize("source", CANDIDATES.values(), ids=CANDIDATES)
def test_candidate(source: str) -> None:
    names = FileNames(ast.parse(source))
    found = places(source)
    nodes = [node for node in ast.walk(names.tree) if isinstance(node, ast.expr)]
    screens = [_screen(kind) for kind in SCREENS]
    everywhere = {n for screen in screens for n in nodes if isinstance(n, screen.nodes) and screen.matches(n, names)}
    assert everywhere and set(candidates(names, source, found)) == everywhere


SILENT = {
    "softmax method": F + "y = x.softmax(dim=-1)\n",
    "softmax method by position": F + "y = x.softmax(-1)\n",
    "another logarithm": "import math\n" + F + "y = F.softmax(x, 1) * math.log(2) + F.log(x)\n",
    "another softmax": F + "y = gumbel_softmax(x)\n",
    "loss of logits": F + "a = F.softmax(b, dim=-1)\ny = F.cross_entropy(x.view(-1, 2), t)\n",
    "loss in a variable of logits": "from torch import nn\na = b.softmax(dim=-1)\nc = nn.NLLLoss()\ny = c(x, t)\n",
    "module for attention": "from torch import nn\nclass A:\n def f(self):\n  self.s = nn.Softmax(dim=1)\n"
    "  self.loss = nn.NLLLoss()\n def g(self, x):\n"
    "  a = self.s(x)\n  return self.loss(x, t)\n",
}


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT)
def test_files_without_candidates_are_not_parsed(source: str) -> None:
    assert not places(source)


@pytest.mark.parametrize(
    "before", ["total = 1\n# so far\n", "# total = 1\n", "f(a=1)\n# a = b, c\n", "x[0] = 1\n\n\n", "def f(a=(b)):\n  "]
)
def test_assignments_above_a_loss_do_not_send_every_call_to_the_screens(before: str) -> None:
    source = f"{F}p = x.softmax(1)\n{before}F.cross_entropy(p, t)\nother(p)\n"
    found = [offset for offsets in places(source).values() for offset in offsets]
    assert source.index("cross_entropy") in found
    assert not any(offset > source.index("other") for offset in found)
