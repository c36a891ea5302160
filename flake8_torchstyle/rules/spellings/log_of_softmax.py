"""Logarithm of a softmax: `torch.log(F.softmax(x, dim=-1))`.

## What it does

Finds `torch.log(...)` and `.log()` of a softmax, written as a function, a method or a module built for the call.

## Why is this bad?

Where one logit is far below the largest, its probability rounds to zero and the logarithm is `-inf`; the loss becomes
infinite and its gradient NaN. `log_softmax` computes the same from the logits without passing by the probabilities.

## Example

```python
logp = torch.log(F.softmax(x, dim=-1))
```

## Use instead

```python
logp = F.log_softmax(x, dim=-1)
```

## Fix safety

The fix is unsafe because results change. Against float64, on 1000 rows of 1000 normally distributed logits (float32,
torch 2.13, CPU), the largest error of a finite result, the share of results that are `-inf`, and the share of results
with equal bits:

| standard deviation | log of softmax | `F.log_softmax` | -inf | equal |
|---|---|---|---|---|
| 1 | 8.6e-7 | 1.1e-6 | 0 | 77 % |
| 10 | 7.6e-6 | 7.6e-6 | 0 | 98 % |
| 100 | 1.2 | 3.8e-6 | 98 % | 1 % |

by

```python
torch.manual_seed(0)
for scale in (1, 10, 100):
    x = scale * torch.randn(1000, 1000)
    old, new = torch.log(F.softmax(x, -1)), F.log_softmax(x, -1)
    exact, finite = F.log_softmax(x.double(), -1), old.isfinite()
    errors = [(y - exact)[finite].abs().max().item() for y in (old, new)]
    print(scale, errors, 1 - finite.float().mean().item(), (old == new).float().mean().item())
```

`F.log_softmax` took 1.3 ms where the old spelling took 3.4 ms (one core of a shared machine), by

```sh
python -m timeit -s "import torch, torch.nn.functional as F; x = torch.randn(1000, 1000)" "F.log_softmax(x, -1)"
```

For a method of an object whose type is not known, `x.softmax(1).log()`, the rewrite holds if `x` is a tensor. There is
no fix where a comment would be lost, and for arguments without an exact counterpart.

## References

- [torch.nn.functional.log_softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import libcst as cst

from ...analysis.softmax import log_of_softmax, softmax_call
from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.log_softmax import as_log_softmax


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report logarithms of a softmax."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, (cst.Attribute, cst.Name)):
        return
    names = context.file.names
    call = context.ast_of(node)
    inside = log_of_softmax(call, names) if isinstance(call, ast.Call) else None
    inner = node.args[0].value if node.args else node.func.value if isinstance(node.func, cst.Attribute) else None
    softmax = softmax_call(inside, names) if inside is not None else None
    if softmax is None or not isinstance(inner, cst.Call) or context.file.package == "torch":
        return
    rewrite = as_log_softmax(node, inner, softmax, context)
    yield Report(
        at=node.func.attr if isinstance(node.func, cst.Attribute) else node.func,
        message="the logarithm of a softmax gives -inf for small values; use `torch.nn.functional.log_softmax`",
        applicability=None if rewrite else Applicability.DISPLAY,
        fix_message=f"Use `{rewrite.name.text}`" if rewrite else "",
        edits=rewrite.edits if rewrite else (),
        name=rewrite.name if rewrite else None,
    )


RULE = Rule(
    code="TS304",
    name="log-of-softmax",
    summary="`torch.log(F.softmax(x, d))`, `x.softmax(d).log()`: -inf where `F.log_softmax` is exact",
    applicability=Applicability.UNSAFE,
    docs=__doc__,
    on=(cst.Call,),
    check=check,
    examples=(
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F

                y = torch.log(F.softmax(torch.rand(2, 3), dim=-1))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.log_softmax(torch.rand(2, 3), dim=-1)
                """),
        ),
        Example(
            bad=code("""
                import torch

                y = torch.log(torch.softmax(torch.rand(2, 3), -1, torch.float64))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.log_softmax(torch.rand(2, 3), -1, dtype=torch.float64)
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F

                x = torch.rand(2, 3)
                y = (x + 1).softmax(-1, torch.float64).log()
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                x = torch.rand(2, 3)
                y = F.log_softmax((x + 1), -1, dtype=torch.float64)
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                y = nn.Softmax(dim=-1)(torch.rand(2, 3)).log()
                z = torch.log(
                    torch.softmax(nn.ReLU()(torch.rand(2, 3)), dim=-1)
                )
                """),
            good=code("""
                import torch
                from torch import nn

                y = nn.functional.log_softmax(torch.rand(2, 3), dim=-1)
                z = nn.functional.log_softmax(nn.ReLU()(torch.rand(2, 3)), dim=-1)
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F

                y = torch.log(
                    F.softmax(torch.rand(2, 3), dim=-1)  # over the classes
                )
                """),
            good=None,
        ),
    ),
    ok=(
        code("""
            import torch
            import torch.nn.functional as F

            y = torch.log(F.softmax(x, dim=-1) + 1e-9)
            """),
        code("""
            import torch

            y = torch.log1p(torch.softmax(x, -1)) + torch.log2(torch.softmax(x, -1))
            """),
        code("""
            import torch

            y = torch.log(torch.softmax(x, -1), out=z)
            """),
        code("""
            import math
            import torch.nn.functional as F

            y = math.log(F.softmax(x, -1))
            """),
        code("""
            import torch.nn.functional as F

            y = F.log_softmax(x, -1).log()
            """),
        code("""
            import scipy

            y = scipy.special.softmax(x).log()
            """),
    ),
)
