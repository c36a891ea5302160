"""Direct call of a module's `forward`.

## What it does

Finds `net.forward(x)` where `net` is proven to be an `nn.Module` whose class does not replace `__call__`.

## Why is this bad?

`nn.Module.__call__` runs `forward` *and* the hooks registered on the module or globally: forward hooks, pre-hooks,
backward hooks, and everything built on them, such as the parameter gathering of FSDP, pruning, spectral norm, profilers,
quantisation observers and feature extraction. Calling `forward` skips all of it without a word.

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

The fix is unsafe for a receiver that is only known to be of some public base class (`nn.Module`, `LightningModule`), for
`self.forward` inside `forward`, and in code that TorchScript may compile. There is none where a comment would be lost.

Never reported: `super().forward(...)`, `Class.forward(self, ...)`, classes with their own `__call__`, a call inside the
object's own `__call__`, functions that are registered as hooks or replace a `forward`.

## References

- [torch.nn.Module.forward](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.forward)
- [torch.nn.Module.register_forward_hook](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analysis.modules import Certainty
from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule
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


_NET = (
    "import torch\nfrom torch import nn\n\n\n"
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.layer = nn.Linear(4, 2)\n\n"
    "    def forward(self, x):\n"
    "        return self.layer(x)\n\n\n"
)

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
            bad=f"{_NET}net = Net()\ny = net.forward(torch.ones(3, 4))\n",
            good=f"{_NET}net = Net()\ny = net(torch.ones(3, 4))\n",
        ),
        Example(
            bad=f"{_NET}y = Net().double().forward(torch.ones(3, 4).double())\n",
            good=f"{_NET}y = Net().double()(torch.ones(3, 4).double())\n",
        ),
        Example(
            bad="import torch\nfrom torch import nn\n\n"
            "stack = nn.Sequential(nn.Linear(4, 2), nn.ReLU())\n"
            "y = stack[0].forward(torch.ones(3, 4))\nz = stack.forward(torch.ones(3, 4))\n",
            good="import torch\nfrom torch import nn\n\n"
            "stack = nn.Sequential(nn.Linear(4, 2), nn.ReLU())\n"
            "y = stack[0](torch.ones(3, 4))\nz = stack(torch.ones(3, 4))\n",
        ),
        Example(
            bad=f"{_NET}class Pair(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.nets = nn.ModuleList([Net(), Net()])\n\n"
            "    def forward(self, x):\n"
            "        return sum(net.forward(x) for net in self.nets)\n\n\n"
            "y = Pair()(torch.ones(3, 4))\n",
            good=f"{_NET}class Pair(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.nets = nn.ModuleList([Net(), Net()])\n\n"
            "    def forward(self, x):\n"
            "        return sum(net(x) for net in self.nets)\n\n\n"
            "y = Pair()(torch.ones(3, 4))\n",
        ),
        Example(
            bad="import torch\nfrom torch import nn\n\n"
            "y = nn.Linear(4, 2).forward(nn.ReLU().forward(torch.ones(3, 4)))\n",
            good="import torch\nfrom torch import nn\n\ny = nn.Linear(4, 2)(nn.ReLU()(torch.ones(3, 4)))\n",
        ),
        Example(
            bad=f"{_NET}net = Net()\ny = (\n    net\n    .forward(torch.ones(3, 4))\n)\n",
            good=f"{_NET}net = Net()\ny = (\n    net(torch.ones(3, 4))\n)\n",
        ),
        Example(bad=f"{_NET}net = Net()\ny = (\n    net  # kept\n    .forward(torch.ones(3, 4))\n)\n", good=None),
    ),
    ok=(
        f"{_NET}class Sub(Net):\n    def forward(self, x):\n        return super().forward(x) + Net.forward(self, x)\n",
        "from torch import nn\n\n\nclass Net(nn.Module):\n    def __call__(self, x):\n        return self.forward(x)\n\n"
        "    def other(self, x):\n        return self.forward(x)\n",
        "class Plain:\n    def forward(self, x):\n        return x\n\n    def other(self, x):\n        return self.forward(x)\n",
        "import chainer\n\n\nclass Net(chainer.Chain):\n    def other(self, x):\n        return self.forward(x)\n",
        "from flax import nn\n\n\nclass Net(nn.Module):\n    def other(self, x):\n        return self.forward(x)\n",
        "from torch.autograd import Function\n\n\nclass Op(Function):\n    pass\n\n\ny = Op.forward(None, 1)\n",
        f"{_NET}net = Net()\n\n\ndef hook(module, args, output):\n    return net.forward(*args)\n\n\n"
        "net.register_forward_hook(hook)\n",
        f"{_NET}net = Net()\n\n\ndef patched(x):\n    return net.forward(x)\n\n\nother = Net()\nother.forward = patched\n",
        f"{_NET}net = Net()\nother = Net()\nother.forward = lambda x: net.forward(x)\n",
        "from torch.utils.cpp_extension import load\n\nkernel = load('kernel', ['kernel.cpp'])\ny = kernel.forward(1)\n",
        "from torch import nn\n\n\nclass Mixin:\n    def __call__(self, *args):\n        return 0\n\n\n"
        "class Net(Mixin, nn.Module):\n    pass\n\n\ny = Net().forward(1)\n",
        "from types import SimpleNamespace\n\nnet = SimpleNamespace(forward=abs)\ny = net.forward(1)\n",
        f"{_NET}net = object.__new__(Net)\ny = net.forward(1)\n",
        "def run(net, x):\n    return net.forward(x)\n",
        f"{_NET}class Other:\n    def forward(self, x):\n        return x\n\n\n"
        "net = Net() if FLAG else Other()\ny = net.forward(1)\n",
        "from torch import nn\n\n\nclass Op:\n    @staticmethod\n    def forward(x):\n        return x\n\n\n"
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.ops: dict[str, Op] = {}\n\n"
        "    def apply_all(self, x):\n        return self.ops['a'].forward(x)\n",
        "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.parts = nn.ModuleList([Part()])\n\n    def forward(self, x):\n        return self.parts[0].forward(x)\n\n\n"
        "class Part(nn.Module):\n    def __call__(self, x):\n        return x\n",
    ),
)
