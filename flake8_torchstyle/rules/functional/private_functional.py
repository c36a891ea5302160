"""Function of a private PyTorch module that `torch.nn.functional` documents.

## What it does

Finds functions read from `torch._C._nn`, `torch._C._VariableFunctions` and `torch._VF` that have a documented
counterpart in `torch.nn.functional`.

## Why is this bad?

Names that begin with an underscore are not part of PyTorch's interface: they may change or go away in any release, and
they pass by the checks and the `__torch_function__` handling of the documented function.

## Example

```python
y = torch._C._nn.gelu(x)
```

## Use instead

```python
y = F.gelu(x)
```

## Fix safety

The fix is safe where every argument has an exact counterpart. Functions with another result or other checks are
reported without a fix.

## References

- [torch.nn.functional](https://docs.pytorch.org/docs/stable/nn.functional.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.alias_call import AliasKind, alias_reports


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report functions of private modules that have a documented counterpart."""
    return alias_reports(node, context, AliasKind.PRIVATE, "is private")


RULE = Rule(
    code="TS203",
    name="private-functional",
    summary="`torch._C._nn.xxx`, `torch._VF.xxx` with a documented `torch.nn.functional.xxx`",
    applicability=Applicability.SAFE,
    docs=__doc__,
    on=(cst.Attribute, cst.Name),
    check=check,
    examples=(
        Example(
            bad=code("""
                import torch

                y = torch._C._nn.gelu(torch.linspace(-1, 1, 5))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.gelu(torch.linspace(-1, 1, 5))
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import _VF

                y = _VF.relu(torch.linspace(-1, 1, 5))
                """),
            good=code("""
                import torch
                from torch import _VF
                import torch.nn.functional as F

                y = F.relu(torch.linspace(-1, 1, 5))
                """),
        ),
    ),
    ok=(
        code("""
            import torch

            y = torch._C._nn.flatten_dense_tensors(x)
            """),
        code("""
            import torch

            y = torch._VF.lstm(x, h, w, True, 1, 0.0, False, False, False)
            """),
        code("""
            import torch

            y = torch._C._get_tracing_state()
            """),
        code("""
            import numpy as torch

            y = torch._C._nn.gelu(x)
            """),
    ),
)
