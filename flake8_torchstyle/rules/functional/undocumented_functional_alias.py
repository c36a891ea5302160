"""Undocumented alias of a `torch.nn.functional` function.

## What it does

Finds functions read from `torch` that PyTorch does not document there: `torch.relu`, `torch.batch_norm`,
`torch.embedding`, `torch.dropout` and some fifty more.

## Why is this bad?

The names exist on `torch` only because the table of C++ operators is exported there. Many of them take their
parameters in another order, under other names, as other types or with other results than the documented function of
the same name in `torch.nn.functional`, so a reader who knows the documented function misreads the call.

## Example

```python
y = torch.batch_norm(x, weight, bias, mean, var, False, 0.1, 1e-5, True)
```

## Use instead

```python
y = F.batch_norm(
    x, weight=weight, bias=bias, running_mean=mean, running_var=var, training=False, momentum=0.1, eps=1e-5
)
```

## Fix safety

The fix is safe where every argument has an exact counterpart. Arguments keep their place and their order of
evaluation; those whose position means something else get a keyword. There is no fix

- for `out=`, for `*args` and `**kwargs` unless all parameters agree, for losses without `reduction` (the alias then
  does not reduce at all), for enumerations that are not literals, for functions with another result
  (`torch.embedding_bag` returns a tuple);
- for names that come from `from torch import *`, in files that put functions of their own into `torch` or
  `torch.nn.functional`, inside an f-string, or where a comment would be lost.

A function that is handed on without being called (`act = torch.relu`) is rewritten where the parameters agree. That is
unsafe as an argument of a call, which may look up which function it is; there is no fix where the file itself compares
it, or where it becomes an attribute of a class: there a Python function binds to the object and a built-in one does
not.

The results are the same. What can differ is which error a call raises that is wrong already, because the documented
function checks its arguments:

- `F.batch_norm` and `F.instance_norm` in training mode, and `F.group_norm` always, raise ValueError for a single value
  per channel, where the alias returns a result without variance;
- `F.binary_cross_entropy_with_logits` and `F.margin_ranking_loss` raise for input and target of unequal shape or
  dimension, where the alias may broadcast; `F.triplet_margin_loss` raises for a margin that is not positive;
- the dropouts raise ValueError instead of RuntimeError for a probability outside 0 to 1;
- `F.affine_grid` raises for a `theta` that is not floating point, `F.embedding` for a `padding_idx` outside the table;
- `F.kl_div` warns when the reduction is `"mean"`;
- in TorchScript, `F.ctc_loss` takes the lengths as tensors only.

Code that looks at functions rather than calling them sees the documented one: `__torch_function__` of a tensor
subclass, and the nodes of a `torch.fx` graph.

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
    """Report aliases that only `torch.nn.functional` documents."""
    return alias_reports(node, context, AliasKind.UNDOCUMENTED, "is undocumented")


RULE = Rule(
    code="TS201",
    name="undocumented-functional-alias",
    summary="`torch.xxx` that PyTorch documents only as `torch.nn.functional.xxx`",
    applicability=Applicability.SAFE,
    docs=__doc__,
    on=(cst.Attribute, cst.Name),
    check=check,
    examples=(
        Example(
            bad=code("""
                import torch

                y = torch.relu(torch.linspace(-1, 1, 5))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.relu(torch.linspace(-1, 1, 5))
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch.nn import functional as nnf

                x, w, m, v = torch.rand(2, 3), torch.rand(3), torch.rand(3), torch.rand(3)
                y = torch.batch_norm(x, w, None, m, v, False, 0.1, 1e-5, False)
                """),
            good=None,
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F

                y = torch.embedding(torch.eye(3), torch.tensor([2, 0]))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.embedding(weight=torch.eye(3), input=torch.tensor([2, 0]))
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F

                y = torch.dropout(
                    torch.ones(8),  # signal
                    0.5,
                    train=True,
                )
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.dropout(
                    torch.ones(8),  # signal
                    0.5,
                    training=True,
                )
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F

                y = torch.log_softmax(torch.relu(torch.rand(2, 3)), 1)
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.log_softmax(F.relu(torch.rand(2, 3)), 1)
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import relu

                y = relu(torch.rand(2))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                y = F.relu(torch.rand(2))
                """),
        ),
        Example(
            bad=code("""
                from torch import *

                y = relu(rand(2))
                """),
            good=None,
        ),
        Example(
            bad=code("""
                import torch

                args = (torch.rand(2), 0.5, False)
                y = torch.dropout(*args)
                """),
            good=None,
        ),
    ),
    ok=(
        code("""
            import torch.nn.functional as F

            y = F.relu(x)
            """),
        code("""
            import torch

            y = torch.sigmoid(x) + torch.tanh(x)
            """),
        code("""
            import torch

            y = torch.softmax(x, dim=-1)
            """),
        code("""
            y = torch.relu(x)
            """),
        code("""
            import tensorflow as torch

            y = torch.relu(x)
            """),
        code("""
            import torch


            def f(torch):
                return torch.relu(1)
            """),
        code("""
            import torch


            class torch:
                relu = abs


            y = torch.relu(x)
            """),
        code("""
            from torch import relu


            def relu(x):
                return x


            y = relu(1)
            """),
        code("""
            import torch

            HANDLERS = {torch.relu: 1}
            """),
        code("""
            import torch

            if func is torch.relu or func in (torch.selu, torch.celu):
                pass
            """),
        code("""
            import torch


            @implements(torch.relu)
            def relu(x):
                return x
            """),
        code("""
            import torch

            x.relu().softmax(1)
            """),
        code("""
            import torch

            torch.relu = None
            """),
        code("""
            import torch

            print('torch.relu(x)')  # torch.relu(x)
            """),
    ),
)
