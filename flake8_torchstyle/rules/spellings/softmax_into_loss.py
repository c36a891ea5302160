"""Softmax output as the input of a loss that wants something else.

## What it does

Finds the result of a softmax as the input of `nll_loss` and `cross_entropy`, functions and classes: directly, by way
of one variable, or as the output of an `nn.Sequential` that ends with a softmax where both are seen being built.

## Why is this bad?

- `nll_loss` wants log-probabilities. With probabilities it computes `-mean(p)`: no error, a loss between -1 and 0, and
  gradients that vanish where the network is most wrong.
- `cross_entropy` wants logits and applies `log_softmax` itself. After a softmax its input lies between 0 and 1: the
  loss cannot fall below `log(1 + (n - 1) / e)` for n classes, 0.31 for two and 3.62 for a hundred.
- `log_softmax` before `cross_entropy` changes nothing but the time it takes.

## Example

```python
loss = F.cross_entropy(F.softmax(logits, dim=-1), target)
```

## Use instead

```python
loss = F.cross_entropy(logits, target)
```

## Fix safety

There is no fix: it changes what is trained, and learning rate and saved weights may depend on it.

## References

- [torch.nn.CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
- [torch.nn.NLLLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analysis.losses import softmax_into_loss
from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code

_WHY = {
    ("nll_loss", "softmax"): "`nll_loss` wants log-probabilities and gets probabilities; use `log_softmax`",
    ("nll_loss", "softmin"): "`nll_loss` wants log-probabilities and gets probabilities; use `log_softmax`",
    ("cross_entropy", "softmax"): "`cross_entropy` wants logits and gets probabilities: softmax is applied twice",
    ("cross_entropy", "softmin"): "`cross_entropy` wants logits and gets probabilities: softmax is applied twice",
    ("cross_entropy", "log_softmax"): "`cross_entropy` applies `log_softmax` itself; use `nll_loss`, or hand it logits",
}


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report losses of what went through a softmax."""
    if not isinstance(node, cst.Call) or not node.args:
        return
    call = context.ast_of(node)
    found = softmax_into_loss(call, context.file.names) if call is not None else None
    if found is not None and context.file.package != "torch":
        at = next((a for a in node.args if a.keyword is not None and a.keyword.value == "input"), node.args[0])
        yield Report(at=at.value, message=_WHY[found.loss, found.softmax])


_HEAD = code("""
    import torch
    import torch.nn.functional as F
    from torch import nn

    x, target = torch.rand(4, 3), torch.tensor([0, 2, 1, 1])
    """)

RULE = Rule(
    code="TS305",
    name="softmax-into-loss",
    summary="probabilities into `nll_loss`, or a softmax before `cross_entropy`, which applies it itself",
    applicability=Applicability.DISPLAY,
    docs=__doc__,
    on=(cst.Call,),
    check=check,
    examples=(
        Example(bad=_HEAD + "loss = F.nll_loss(F.softmax(x, dim=1), target)\n", good=None),
        Example(bad=_HEAD + "loss = nn.CrossEntropyLoss()(x.softmax(1), target)\n", good=None),
        Example(
            bad=_HEAD
            + code("""
                p = torch.softmax(x, 1)
                loss = F.cross_entropy(p.view(-1, 3), target)
                """),
            good=None,
        ),
        Example(
            bad=_HEAD
            + code("""
                net = nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=1))
                criterion = nn.CrossEntropyLoss(reduction="sum")
                loss = criterion(net(x), target)
                """),
            good=None,
        ),
        Example(
            bad=_HEAD
            + code("""
                class Trainer:
                    def __init__(self):
                        self.criterion = nn.NLLLoss()
                        self.softmax = nn.Softmax(dim=1)

                    def loss(self, x, target):
                        output = self.softmax(x)
                        return self.criterion(output, target)
                """),
            good=None,
        ),
    ),
    ok=(
        _HEAD + "loss = F.nll_loss(F.log_softmax(x, dim=1), target)\n",
        _HEAD + "loss = F.cross_entropy(x, F.softmax(target, dim=1))\n",
        _HEAD + "loss = F.nll_loss(torch.log(F.softmax(x, dim=1)), target)\n",
        _HEAD
        + code("""
            p = F.softmax(x, 1)
            p = p.log()
            loss = F.nll_loss(p, target)
            """),
        _HEAD
        + code("""
            p = F.softmax(x, 1)
            p.log_()
            loss = F.nll_loss(p, target)
            """),
        _HEAD
        + code("""
            p = F.softmax(x, 1) if probabilities else x
            loss = F.cross_entropy(p, target)
            """),
        _HEAD
        + code("""
            net = nn.Sequential(nn.Linear(3, 3), nn.LogSoftmax(dim=1))
            criterion = nn.NLLLoss()
            loss = criterion(net(x), target)
            """),
        _HEAD
        + code("""
            def loss(criterion, x, target):
                return criterion(F.softmax(x, 1), target)
            """),
        _HEAD + "loss = F.binary_cross_entropy(F.softmax(x, 1), target) + nn.MSELoss()(F.softmax(x, 1), target)\n",
    ),
)
