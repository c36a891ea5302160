"""Likely direct call of a module's `forward`.

## What it does

Finds `net.forward(x)` where strong evidence says that `net` is an `nn.Module`, but proof is missing:

- one of the base classes cannot be read, but another is `nn.Module`, or the class has a `forward` and its own layers;
- the class is unknown, and the code calls `net.parameters()`, `net.state_dict()` or another method only modules have;
- `net` is a parameter without annotation, and the callers in the project or its default pass modules;
- the class is mixed into modules of the project, or the object comes out of a `ModuleList` of unknown content;
- the class is known, but a class of the project that derives from it replaces `__call__` or the attribute asked for.

A name alone is no evidence. `torchstyle check --explain-types FILE:ROW` lists what there is.

## Why is this bad?

As for `direct-forward-call`: `forward` skips every hook that `net(x)` runs.

## Example

```python
def step(net, x):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    return net.forward(x)
```

## Use instead

```python
def step(net, x):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    return net(x)
```

## Fix safety

The fix is unsafe: the object may be of a class whose `__call__` does something else, or that has none.

## References

- [torch.nn.Module.forward](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.forward)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analysis.modules import Certainty
from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.forward_call import without_forward


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report `.forward` calls whose receiver is likely a module."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node.func.attr.value != "forward":
        return
    known = context.forward_call(node)
    if known is None or known.certainty is not Certainty.LIKELY:
        return
    receiver = context.short_text(node.func.value)
    message = f"`{receiver}` is likely {known.receiver_type}: call it directly, `.forward` skips its hooks"
    yield Report(
        at=node.func.attr,
        message=message,
        fix_message=f"Use `{receiver}(...)`",
        edits=without_forward(node, context) or (),
    )


_NET = code("""
    import torch
    from torch import nn


    """)

RULE = Rule(
    code="TS102",
    name="likely-forward-call",
    summary="the same, where evidence is strong but not proof",
    applicability=Applicability.UNSAFE,
    docs=__doc__,
    on=(cst.Call,),
    check=check,
    examples=(
        Example(
            bad=_NET
            + code("""
                def step(net, x):
                    net.zero_grad()
                    return net.forward(x)


                y = step(nn.Linear(4, 2), torch.ones(3, 4))
                """),
            good=_NET
            + code("""
                def step(net, x):
                    net.zero_grad()
                    return net(x)


                y = step(nn.Linear(4, 2), torch.ones(3, 4))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                def step(net, x):
                    net.eval().to('cpu')
                    net.to('cpu')
                    return net.forward(x)


                y = step(nn.Linear(4, 2), torch.ones(3, 4))
                """),
            good=_NET
            + code("""
                def step(net, x):
                    net.eval().to('cpu')
                    net.to('cpu')
                    return net(x)


                y = step(nn.Linear(4, 2), torch.ones(3, 4))
                """),
        ),
    ),
    ok=(
        code("""
            def run(net, x):
                return net.forward(x)
            """),
        code("""
            def run(kernel, x):
                kernel.to('cuda')
                return kernel.forward(x)
            """),
        code("""
            class Plain:
                def parameters(self):
                    return []

                def forward(self, x):
                    return x

                def run(self, x):
                    self.parameters()
                    return self.forward(x)
            """),
        code("""
            def run(rpc, x):
                return rpc.rpc_sync().forward(x)
            """),
    ),
)
