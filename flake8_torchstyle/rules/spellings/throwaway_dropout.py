"""Dropout that is built for one call: `nn.Dropout(p)(x)`.

## What it does

Finds dropout modules, and `nn.RReLU`, that are built and called in one expression.

## Why is this bad?

A module that was just built is in training mode. It belongs to no model, so `model.eval()` does not reach it: it drops
values in evaluation and in production too, at random, without a warning.

## Example

```python
class Net(nn.Module):
    def forward(self, x):
        return nn.Dropout(0.1)(x)
```

## Use instead

```python
class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.1, training=self.training)
```

or keep `self.dropout = nn.Dropout(0.1)` and call that.

## Fix safety

The fix is unsafe because it is meant to change what happens: in evaluation mode nothing is dropped any more. In
training mode the result is the same, with the same random numbers. It is offered in methods of an `nn.Module`;
elsewhere there is no `self.training` to ask, and you have to say where the mode comes from.

There is no fix for `*args` and `**kwargs`, for names that come from `from torch.nn import *`, or where a comment would
be lost. Forward hooks registered for all modules (`torch.nn.modules.module.register_module_forward_hook`) see the
module's call and not the function's.

## References

- [torch.nn.Dropout](https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout.html)
- [torch.nn.functional.dropout](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.module_call import as_function, throwaway


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report throwaway modules whose result depends on the mode they are in."""
    found = throwaway(node, context)
    if found is None or not found.row.training:
        return
    owner = context.self_around(found.cls)
    target = found.row.targets[0]
    mode = f"training={owner or 'self'}.training"
    message = (
        f"`{found.qualified}` built here is always in training mode, `eval()` does not reach it; "
        f"use `{target}(..., {mode})`"
    )
    name = context.name_for(target, found.cls) if owner else None
    rewrite = as_function(found, name.text, context, [("training", f"{owner}.training")]) if name else None
    if name is None or rewrite is None:
        yield Report(at=found.name, message=message, applicability=Applicability.DISPLAY)
    else:
        yield Report(
            at=found.name,
            message=message,
            fix_message=f"Use `{name.text}(..., {mode})`",
            edits=rewrite.edits,
            name=name,
        )


_NET = code("""
    import torch
    import torch.nn.functional as F
    from torch import nn


    """)

RULE = Rule(
    code="TS302",
    name="throwaway-dropout",
    summary="`nn.Dropout(p)(x)`: built for one call, it is always in training mode and `eval()` never reaches it",
    applicability=Applicability.UNSAFE,
    docs=__doc__,
    on=(cst.Call,),
    check=check,
    examples=(
        Example(
            bad=_NET
            + code("""
                class Net(nn.Module):
                    def forward(self, x):
                        return nn.Dropout(0.1)(x)


                y = Net().eval()(torch.ones(100))
                """),
            good=_NET
            + code("""
                class Net(nn.Module):
                    def forward(self, x):
                        return F.dropout(x, 0.1, training=self.training)


                y = Net().eval()(torch.ones(100))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                class Net(nn.Module):
                    def forward(self, x):
                        return nn.AlphaDropout(0.2, False)(
                            nn.Dropout2d(inplace=True)(
                                x))


                y = Net()(torch.ones(2, 3, 4, 5))
                """),
            good=_NET
            + code("""
                class Net(nn.Module):
                    def forward(self, x):
                        return F.alpha_dropout(
                            F.dropout2d(
                                x, inplace=True, training=self.training), 0.2, training=self.training)


                y = Net()(torch.ones(2, 3, 4, 5))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                class Net(nn.Module):
                    def forward(this, x):
                        return [nn.RReLU(0.1, 0.3)(part) for part in x]


                y = Net()([torch.ones(2) - 2])
                """),
            good=_NET
            + code("""
                class Net(nn.Module):
                    def forward(this, x):
                        return [F.rrelu(part, 0.1, 0.3, training=this.training) for part in x]


                y = Net()([torch.ones(2) - 2])
                """),
        ),
        Example(
            bad=_NET
            + code("""
                def noisy(x):
                    return nn.Dropout(0.1)(x)
                """),
            good=None,
        ),
        Example(
            bad=_NET
            + code("""
                class Net(nn.Module):
                    @staticmethod
                    def noisy(x):
                        return nn.Dropout(0.1)(x)
                """),
            good=None,
        ),
        Example(
            bad=_NET
            + code("""
                class Job:
                    def run(self, x):
                        return nn.Dropout(0.1)(x)
                """),
            good=None,
        ),
    ),
    ok=(
        code("""
            from torch import nn

            drop = nn.Dropout(0.1)
            y = drop(x)
            """),
        code("""
            from torch import nn

            y = nn.Dropout(0.1).eval()(x)
            """),
        code("""
            import torch.nn.functional as F

            y = F.dropout(x, 0.1, training=training)
            """),
        code("""
            from keras.layers import Dropout

            y = Dropout(0.1)(x)
            """),
        code("""
            from torch import nn

            net = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.1))
            """),
        code("""
            from torch import nn


            class Dropout(nn.Module):
                pass


            y = Dropout(0.1)(x)
            """),
    ),
)
