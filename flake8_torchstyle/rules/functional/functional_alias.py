"""`torch.softmax`, an alias of `torch.nn.functional.softmax`.

## What it does

Finds `torch.softmax`, which PyTorch documents only as "alias for torch.nn.functional.softmax".

## Why is this bad?

One thing has three spellings: `torch.softmax(x, dim=-1)`, `torch.nn.Softmax(dim=-1)(x)` and `F.softmax(x, dim=-1)`. The
last is where the parameters are documented and what PyTorch's own transformer code uses. The third positional argument
differs: it is `dtype` for the alias.

## Example

```python
y = torch.softmax(x, -1, torch.float32)
```

## Use instead

```python
y = F.softmax(x, -1, dtype=torch.float32)
```

## Fix safety

The fix is safe where every argument has an exact counterpart. There is no fix for `*args` and `**kwargs`, for `out=`,
for names that come from `from torch import *`, or where a comment would be lost.

## References

- [torch.softmax](https://docs.pytorch.org/docs/stable/generated/torch.softmax.html)
- [torch.nn.functional.softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.alias_call import AliasKind, alias_reports


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report aliases that the documentation of `torch` lists as aliases."""
    return alias_reports(node, context, AliasKind.DOCUMENTED, "is an alias")


RULE = Rule(
    code="TS202",
    name="functional-alias",
    summary="`torch.softmax`, documented as an alias of `torch.nn.functional.softmax`",
    applicability=Applicability.SAFE,
    docs=__doc__,
    on=(cst.Attribute, cst.Name),
    check=check,
    examples=(
        Example(
            bad=code("""
                import torch

                y = torch.softmax(torch.rand(2, 3), dim=-1)
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.softmax(torch.rand(2, 3), dim=-1)
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                y = torch.softmax(torch.rand(2, 3), -1, torch.float64)
                """),
            good=code("""
                import torch
                from torch import nn

                y = nn.functional.softmax(torch.rand(2, 3), -1, dtype=torch.float64)
                """),
        ),
        Example(
            bad=code("""
                import torch as th

                F = 96485
                y = th.softmax(th.rand(2, 3), 1)
                """),
            good=code("""
                import torch as th

                F = 96485
                y = th.nn.functional.softmax(th.rand(2, 3), 1)
                """),
        ),
    ),
    ok=(
        code("""
            import torch.nn.functional as F

            y = F.softmax(x, dim=-1)
            """),
        code("""
            y = x.softmax(-1)
            """),
        code("""
            from scipy.special import softmax

            y = softmax(x)
            """),
        code("""
            import torch

            y = torch.special.softmax(x, 1)
            """),
        code("""
            import torch

            y = torch.sparse.softmax(x, 1)
            """),
    ),
)
