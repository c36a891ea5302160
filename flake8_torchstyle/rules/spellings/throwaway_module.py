"""Module that is built for one call: `nn.Softmax(dim=-1)(x)`.

## What it does

Finds modules of `torch.nn` without parameters and buffers that are built and called in one expression, where
`torch.nn.functional` has the documented function: activations, softmax, pooling, losses, distances, padding, pixel
shuffle, upsampling, folding, flattening.

## Why is this bad?

A module is there to be kept: its name shows up in `print(model)`, hooks can be put on it, `model.apply` and
quantisation find it. A module that is thrown away has none of this, and building it costs more than the function
itself on a small tensor: 17.5 us for `nn.Softmax(dim=-1)(x)` and 2.6 us for `F.softmax(x, dim=-1)`, torch 2.13 on one
CPU core, by

```sh
python -m timeit -s "import torch; from torch import nn; x = torch.randn(2, 10)" "nn.Softmax(dim=-1)(x)"
```

## Example

```python
probabilities = nn.Softmax(dim=-1)(logits)
loss = nn.CrossEntropyLoss(ignore_index=-1)(logits, target)
```

## Use instead

```python
probabilities = F.softmax(logits, dim=-1)
loss = F.cross_entropy(logits, target, ignore_index=-1)
```

## Fix safety

The fix is safe: the module's `forward` is nothing but the call of the function. Defaults that differ are written out
(`nn.Flatten()(x)` becomes `torch.flatten(x, start_dim=1)`). The order in which arguments are evaluated is kept unless
one of the two sets consists of names, attributes and literals.

It is unsafe for a `scale_factor` of `nn.Upsample` that is not a literal (the class also takes a tensor) and for
`nn.Softmax2d`, which refuses inputs that are not 3D or 4D. There is no fix for `*args` and `**kwargs`, for paddings
and ratios that are not literal (one number means every side), for names that come from `from torch.nn import *`, or
where a comment would be lost.

What can differ:

- forward hooks registered for all modules (`torch.nn.modules.module.register_module_forward_hook`) see the module's
  call and not the function's;
- calls that are wrong either way may raise another exception, because the constructor checks its arguments
  (`nn.Hardtanh(1, 1)`) or the module its input's dimensions (`nn.CircularPad1d`).

Never reported: modules with parameters or buffers, also those that only some arguments bring (`nn.InstanceNorm1d`);
modules that are bound to a name; subclasses; `nn.Sequential`.

## References

- [torch.nn.functional](https://docs.pytorch.org/docs/stable/nn.functional.html)
- [torch.nn](https://docs.pytorch.org/docs/stable/nn.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.module_call import Throwaway, as_function, throwaway


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report throwaway modules whose result does not depend on the mode they are in."""
    found = throwaway(node, context)
    if found is not None and not found.row.training:
        yield _report(found, context)


def _report(found: Throwaway, context: Context) -> Report:
    but = f" ({found.row.unsafe})" if found.row.unsafe else ""
    message = f"`{found.qualified}` is built for one call; use `{found.row.targets[0]}`{but}"
    for target in found.row.targets:
        name = context.name_for(target, found.cls)
        rewrite = as_function(found, name.text, context) if name is not None else None
        if name is not None and rewrite is not None:
            safe = rewrite.certain and not found.row.unsafe
            return Report(
                at=found.name,
                message=message,
                applicability=Applicability.SAFE if safe else Applicability.UNSAFE,
                fix_message=f"Use `{name.text}`",
                edits=rewrite.edits,
                name=name,
            )
    return Report(at=found.name, message=message, applicability=Applicability.DISPLAY)


RULE = Rule(
    code="TS301",
    name="throwaway-module",
    summary="`nn.Softmax(dim=-1)(x)`, `nn.MSELoss()(a, b)`: a module without state, built for one call",
    applicability=Applicability.SAFE,
    docs=__doc__,
    on=(cst.Call,),
    check=check,
    examples=(
        Example(
            bad=code("""
                import torch
                from torch import nn

                y = nn.Softmax(dim=-1)(torch.rand(2, 3))
                """),
            good=code("""
                import torch
                from torch import nn

                y = nn.functional.softmax(torch.rand(2, 3), dim=-1)
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F
                from torch import nn

                x, y = torch.rand(4, 3), torch.tensor([0, 2, 1, -1])
                loss = nn.CrossEntropyLoss(
                    weight=torch.tensor([1.0, 2.0, 3.0]),
                    ignore_index=-1,
                )(x, y)
                """),
            good=code("""
                import torch
                import torch.nn.functional as F
                from torch import nn

                x, y = torch.rand(4, 3), torch.tensor([0, 2, 1, -1])
                loss = F.cross_entropy(x, y, weight=torch.tensor([1.0, 2.0, 3.0]), ignore_index=-1)
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn.functional as F
                from torch import nn

                loss = nn.BCELoss(
                    weight=torch.rand(4))(nn.Sigmoid()(torch.rand(4)), torch.ones(4))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F
                from torch import nn

                loss = F.binary_cross_entropy(
                    weight=torch.rand(4), input=torch.sigmoid(torch.rand(4)), target=torch.ones(4))
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch.nn import ReLU, MaxPool2d

                x = torch.rand(1, 1, 6, 6) - 0.5
                y = MaxPool2d(2, 2, 1, 1, True)(ReLU(inplace=True)(x))
                """),
            good=code("""
                import torch
                import torch.nn.functional as F

                x = torch.rand(1, 1, 6, 6) - 0.5
                y = F.max_pool2d(F.relu(x, inplace=True), 2, 2, 1, 1, return_indices=True)
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.nn as nn

                y = nn.ReflectionPad2d(1)(torch.rand(1, 3, 3))
                z = nn.Flatten()(torch.rand(2, 3, 4))
                """),
            good=code("""
                import torch
                import torch.nn as nn

                y = nn.functional.pad(torch.rand(1, 3, 3), (1, 1, 1, 1), mode="reflect")
                z = torch.flatten(torch.rand(2, 3, 4), start_dim=1)
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                y = nn.ReLU().forward(torch.rand(2) - 0.5)
                z = nn.MSELoss(reduction="sum")(
                    torch.rand(2),
                    torch.rand(2),  # target
                )
                """),
            good=code("""
                import torch
                from torch import nn

                y = nn.functional.relu(torch.rand(2) - 0.5)
                z = nn.functional.mse_loss(
                    torch.rand(2),
                    torch.rand(2),
                    reduction="sum",  # target
                )
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                args = (torch.rand(2), torch.rand(2))
                y = nn.MSELoss()(*args)
                """),
            good=None,
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                size = (1, 2)
                y = nn.ReflectionPad1d(size)(torch.rand(1, 3))
                """),
            good=None,
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                y = nn.Softmax(  # over the classes
                    dim=-1
                )(torch.rand(2, 3))
                """),
            good=None,
        ),
    ),
    ok=(
        code("""
            from torch import nn

            y = nn.Linear(3, 4)(x)
            """),
        code("""
            from torch import nn

            y = nn.PReLU()(x) + nn.BatchNorm1d(3)(x) + nn.InstanceNorm1d(3)(x) + nn.LayerNorm(3)(x)
            """),
        code("""
            from torch import nn

            y = nn.Embedding(3, 4)(x)
            """),
        code("""
            from torch import nn

            act = nn.ReLU()
            y = act(x)
            """),
        code("""
            from torch import nn

            y = nn.Sequential(nn.ReLU(), nn.Linear(3, 4))(x)
            """),
        code("""
            from torch import nn


            class ReLU(nn.Module):
                pass


            y = ReLU()(x)
            """),
        code("""
            from flax import linen as nn

            y = nn.Softmax(dim=-1)(x)
            """),
        code("""
            from torch import nn

            y = nn.Identity()(x) + nn.ChannelShuffle(2)(x)
            """),
        code("""
            from torch import nn

            layers = [nn.ReLU(), (nn.Softmax(dim=-1))]
            """),
        code("""
            from torch import nn

            y = nn.Dropout(0.1)(x)
            """),
        code("""
            from torch import nn

            y = nn.ReLU().to(device)
            """),
    ),
)
