"""Texts on which a pattern with two ways to match would take for ever. These tests fail by never ending."""

from __future__ import annotations

import pytest

from flake8_torchstyle.screening import places

RULER = "#" * 5_000
TEXTS = {
    "a ruler of hashes after a call": f"import torch\nf(x)  {RULER}\ny = 1\n",
    "a ruler after forward": f"import torch\nx.forward {RULER}\n",
    "a ruler after torch": f"import torch\ntorch {RULER}\n",
    "a ruler after softmax": f"import torch\nF.softmax {RULER}\n",
    "rulers in a row": "import torch\nf(x)\n" + f"{RULER[:200]}\n" * 200 + "y = 1\n",
    "hashes apart": "import torch\nf(x) " + "# " * 5_000 + "\n",
    "spaces": "import torch\nfrom torch import" + " " * 5_000 + "\\\n" + "f(x)" + " \\\n" * 2_000 + "+ 1\n",
    "calls that nothing closes": "import torch\nF.cross_entropy\n" + "softmax(log(" * 5_000,
    "calls that nothing closes, in rows": "import torch\n" + "y = F.softmax(nll_loss(x,\n" * 5_000,
    "strings that nothing closes": "import torch\n" + "F.softmax(''" + "'" * 20_001,
    "comments that nothing ends": "import torch\n" + "F.softmax(x #" * 5_000,
    "calls of calls": "import torch\nnn" + "()" * 10_000,
    "calls of calls with comments": "import torch\nnn" + "( )#\n" * 5_000,
    "many losses": "import torch\np = softmax(x)\n" + "".join(f"a{n} = nll_loss(p)\n" for n in range(5_000)),
    "many softmaxes": "import torch\nF.nll_loss(x)\n" + "".join(f"a{n} = b{n}.softmax(x)\n" for n in range(5_000)),
    "many modules": "import torch\n" + "".join(f"import a{n} as b{n}\nb{n}.softmax(x)\n" for n in range(5_000)),
    "a comment that ends the file": f"import torch\nf(x)  {RULER}",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_screening_comes_to_an_end(text: str) -> None:
    assert isinstance(places(text), dict)


@pytest.mark.parametrize("gap", ["  # why\n  ", "  ######\n  #####\n", " \\\n  "])
def test_comments_between_tokens_hide_nothing(gap: str) -> None:
    assert places(f"import torch\ny = (torch{gap}.{gap}relu(x))\n")
    assert places(f"import torch\ny = (net.forward{gap}(x))\n")
    assert places(f"from torch import nn\ny = (nn.ReLU(){gap}(x))\n")


@pytest.mark.parametrize("called", ["nn.ReLU()", "(nn.ReLU())", "(nn.ReLU() )", "return(nn.ReLU())", "in (nn.ReLU())"])
def test_a_module_in_parentheses_is_seen(called: str) -> None:
    assert places(f"from torch import nn\n{called}(x)\n")


def test_parentheses_in_texts_are_not_calls() -> None:
    assert not places("from torch import nn\ny = rearrange(x, 'b (h p) (w q) -> b (h w) (p q)', p=4)\n")
