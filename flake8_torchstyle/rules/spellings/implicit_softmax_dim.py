"""Softmax without a dimension: `F.softmax(x)`, `nn.Softmax()`.

## What it does

Finds `F.softmax`, `F.log_softmax`, `F.softmin`, `nn.Softmax`, `nn.LogSoftmax` and `nn.Softmin` without `dim`, and with
`dim=None`.

## Why is this bad?

PyTorch then guesses: dimension 0 for tensors with 0, 1 or 3 dimensions, else dimension 1. For a batch of sequences
(batch, time, classes) that is the batch: the probabilities sum to one over the examples, not over the classes, and
change with what else is in the batch. The guess is deprecated and warns each time it is made.

## Example

```python
p = F.softmax(logits)
```

## Use instead

```python
p = F.softmax(logits, dim=-1)
```

## Fix safety

There is no fix: only you know which dimension is meant. To keep the result, write the one that is guessed now.

`torch.softmax(x)` and `x.softmax()` are not reported: they raise a TypeError.

## References

- [torch.nn.functional.softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analysis.softmax import implicit_dim
from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report softmax functions and classes that are called without `dim`."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, (cst.Attribute, cst.Name)):
        return
    call = context.ast_of(node)
    found = implicit_dim(call, context.file.names) if call is not None else None
    if found is None or context.file.package == "torch":
        return
    message = f"`{found.qualified}` without `dim` guesses it (0 for 1D and 3D, 1 for 2D and 4D; deprecated); give `dim`"
    yield Report(at=node.func.attr if isinstance(node.func, cst.Attribute) else node.func, message=message)


RULE = Rule(
    code="TS303",
    name="implicit-softmax-dim",
    summary="`F.softmax(x)`, `nn.Softmax()`: without `dim` the dimension is guessed",
    applicability=Applicability.DISPLAY,
    docs=__doc__,
    on=(cst.Call,),
    check=check,
    examples=(
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F

                p = F.softmax(torch.rand(2, 3))
                """),
            good=None,
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                p = nn.Sequential(nn.Linear(3, 4), nn.LogSoftmax())(torch.rand(2, 3))
                """),
            good=None,
        ),
        Example(
            bad=code("""
                import torch
                from torch.nn.functional import softmin as least

                p = least(torch.rand(2, 3), None, dtype=torch.float64)
                """),
            good=None,
        ),
        Example(
            bad=code("""
                import torch.nn as nn

                softmax = nn.Softmax(dim=None)
                """),
            good=None,
        ),
    ),
    ok=(
        code("""
            import torch.nn.functional as F

            p = F.softmax(x, dim=-1)
            """),
        code("""
            import torch.nn.functional as F

            p = F.softmax(x, 1) + F.softmin(input=x, dim=0) + F.softmax(x, *args) + F.log_softmax(x, **options)
            """),
        code("""
            import torch

            p = torch.softmax(x) + x.softmax()
            """),
        code("""
            from torch import nn

            p = nn.Softmax(1), nn.Softmax(dim=dim), nn.Softmax2d(), nn.Softmax(**options)
            """),
        code("""
            import chainer.functions as F

            p = F.softmax(x)
            """),
        code("""
            import torch.nn.functional as F

            p = F.gumbel_softmax(x)
            """),
        code("""
            import torch.nn as nn

            activations = {"softmax": nn.Softmax}
            """),
    ),
)
