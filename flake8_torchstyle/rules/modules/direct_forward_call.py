"""Direct call of a module's `forward`.

## What it does

Finds `net.forward(x)` where `net` is proven to be an `nn.Module` whose class does not replace `__call__`.

## Why is this bad?

`nn.Module.__call__` runs `forward` *and* the hooks registered on the module or globally: forward hooks, pre-hooks,
backward hooks, and everything built on them, such as the parameter gathering of FSDP, pruning, spectral norm,
profilers, quantisation observers and feature extraction. Calling `forward` skips all of it without a word.

## Example

```python
y = net.forward(x)
```

## Use instead

```python
y = net(x)
```

## Fix safety

The fix is safe where the receiver was seen being built, or is `self` or an object of a class of the project whose bases
are all known up to `nn.Module`, and no class of the project that derives from it replaces `__call__`. With hooks
registered, results may change: that is the point of the rule. Without hooks they are the same.

The fix is unsafe for a receiver that is only known to be of a public base class (`nn.Module`, `LightningModule`), for
`self.forward` inside `forward`, and in code that TorchScript may compile. There is none where a comment would be lost.

Never reported: `super().forward(...)`, `Class.forward(self, ...)`, classes with their own `__call__`, a call inside the
object's own `__call__`, functions that are registered as hooks or replace a `forward`, and what those call.

`torchstyle check --explain-types FILE:ROW` prints what the answer for a call rests on, with files and lines.

## References

- [torch.nn.Module.forward](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.forward)
- [torch.nn.Module.register_forward_hook](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analysis.modules import Certainty
from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.forward_call import without_forward


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report `.forward` calls whose receiver is proven to be a module."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node.func.attr.value != "forward":
        return
    known = context.forward_call(node)
    if known is None or known.certainty is not Certainty.PROVEN:
        return
    receiver = context.short_text(node.func.value)
    message = f"`{receiver}` is {known.receiver_type}: call it directly, `.forward` skips its hooks"
    yield Report(
        at=node.func.attr,
        message=message,
        applicability=Applicability.SAFE if known.fix_is_safe else Applicability.UNSAFE,
        fix_message=f"Use `{receiver}(...)`",
        edits=without_forward(node, context) or (),
    )


_NET = code("""
    import torch
    from torch import nn


    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 2)

        def forward(self, x):
            return self.layer(x)


    """)

RULE = Rule(
    code="TS101",
    name="direct-forward-call",
    summary="`recv.forward(...)` where `recv` is proven to be an `nn.Module` with the stock `__call__`",
    applicability=Applicability.SAFE,
    docs=__doc__,
    on=(cst.Call,),
    check=check,
    examples=(
        Example(
            bad=_NET
            + code("""
                net = Net()
                y = net.forward(torch.ones(3, 4))
                """),
            good=_NET
            + code("""
                net = Net()
                y = net(torch.ones(3, 4))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                y = Net().double().forward(torch.ones(3, 4).double())
                """),
            good=_NET
            + code("""
                y = Net().double()(torch.ones(3, 4).double())
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                stack = nn.Sequential(nn.Linear(4, 2), nn.ReLU())
                y = stack[0].forward(torch.ones(3, 4))
                z = stack.forward(torch.ones(3, 4))
                """),
            good=code("""
                import torch
                from torch import nn

                stack = nn.Sequential(nn.Linear(4, 2), nn.ReLU())
                y = stack[0](torch.ones(3, 4))
                z = stack(torch.ones(3, 4))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                class Pair(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.nets = nn.ModuleList([Net(), Net()])

                    def forward(self, x):
                        return sum(net.forward(x) for net in self.nets)


                y = Pair()(torch.ones(3, 4))
                """),
            good=_NET
            + code("""
                class Pair(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.nets = nn.ModuleList([Net(), Net()])

                    def forward(self, x):
                        return sum(net(x) for net in self.nets)


                y = Pair()(torch.ones(3, 4))
                """),
        ),
        Example(
            bad=code("""
                import torch
                from torch import nn

                y = nn.Linear(4, 2).forward(nn.ReLU().forward(torch.ones(3, 4)))
                """),
            good=code("""
                import torch
                from torch import nn

                y = nn.Linear(4, 2)(nn.ReLU()(torch.ones(3, 4)))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                net = Net()
                y = (
                    net
                    .forward(torch.ones(3, 4))
                )
                """),
            good=_NET
            + code("""
                net = Net()
                y = (
                    net(torch.ones(3, 4))
                )
                """),
        ),
        Example(
            bad=_NET
            + code("""
                net = Net()
                y = (
                    net  # kept
                    .forward(torch.ones(3, 4))
                )
                """),
            good=None,
        ),
    ),
    ok=(
        _NET
        + code("""
            class Sub(Net):
                def forward(self, x):
                    return super().forward(x) + Net.forward(self, x)
            """),
        code("""
            from torch import nn


            class Net(nn.Module):
                def __call__(self, x):
                    return self.forward(x)

                def other(self, x):
                    return self.forward(x)
            """),
        code("""
            class Plain:
                def forward(self, x):
                    return x

                def other(self, x):
                    return self.forward(x)
            """),
        code("""
            import chainer


            class Net(chainer.Chain):
                def other(self, x):
                    return self.forward(x)
            """),
        code("""
            from flax import nn


            class Net(nn.Module):
                def other(self, x):
                    return self.forward(x)
            """),
        code("""
            from torch.autograd import Function


            class Op(Function):
                pass


            y = Op.forward(None, 1)
            """),
        _NET
        + code("""
            net = Net()


            def hook(module, args, output):
                return net.forward(*args)


            net.register_forward_hook(hook)
            """),
        _NET
        + code("""
            net = Net()


            def patched(x):
                return net.forward(x)


            other = Net()
            other.forward = patched
            """),
        _NET
        + code("""
            net = Net()
            other = Net()
            other.forward = lambda x: net.forward(x)
            """),
        code("""
            from torch.utils.cpp_extension import load

            kernel = load('kernel', ['kernel.cpp'])
            y = kernel.forward(1)
            """),
        code("""
            from torch import nn


            class Mixin:
                def __call__(self, *args):
                    return 0


            class Net(Mixin, nn.Module):
                pass


            y = Net().forward(1)
            """),
        code("""
            from types import SimpleNamespace

            net = SimpleNamespace(forward=abs)
            y = net.forward(1)
            """),
        _NET
        + code("""
            net = object.__new__(Net)
            y = net.forward(1)
            """),
        code("""
            def run(net, x):
                return net.forward(x)
            """),
        _NET
        + code("""
            class Other:
                def forward(self, x):
                    return x


            net = Net() if FLAG else Other()
            y = net.forward(1)
            """),
        code("""
            from torch import nn


            class Op:
                @staticmethod
                def forward(x):
                    return x


            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.ops: dict[str, Op] = {}

                def apply_all(self, x):
                    return self.ops['a'].forward(x)
            """),
        code("""
            from torch import nn


            class Net(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.parts = nn.ModuleList([Part()])

                def forward(self, x):
                    return self.parts[0].forward(x)


            class Part(nn.Module):
                def __call__(self, x):
                    return x
            """),
    ),
)
