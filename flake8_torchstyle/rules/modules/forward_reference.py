"""A module's `forward` handed to something that calls it: `checkpoint(m.forward, x)`.

## What it does

Finds `m.forward` as the function that is given to `checkpoint`, `functools.partial`, `map`, an executor's `submit`, a
thread's `target`, `torch.vmap` and the like, where `m` is proven to be an `nn.Module` whose class does not replace
`__call__`.

## Why is this bad?

What is called in the end is `forward` alone, without the hooks registered on the module or globally and without
everything built on them: FSDP's parameter gathering, pruning, profilers, quantisation observers. See TS101.

## Example

```python
y = checkpoint(self.block.forward, x, use_reentrant=False)
```

## Use instead

```python
y = checkpoint(self.block, x, use_reentrant=False)
```

## Fix safety

The fix is unsafe: who takes a function may do more than call it, and hooks run that did not run before. Without hooks,
calling the module gives what calling its `forward` gives. There is no fix where a comment would be lost.

Never reported: `m.forward = wrap(m.forward)` and files that put functions in the place of a `forward` in any other way;
what only looks at the method (`inspect.signature(m.forward)`, comparisons); functions that are not known to call what
they are given; `torch.jit`, `torch.export` and `torch.onnx`; classes with their own `__call__`.

## References

- [torch.nn.Module.forward](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.forward)
- [torch.utils.checkpoint](https://docs.pytorch.org/docs/stable/checkpoint.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analysis.callers import caller_of, replaces_forward
from ...analysis.modules import Certainty
from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule, code
from ...rewriting.forward_call import without_forward


def check(node: cst.CSTNode, context: Context) -> Iterator[Report]:
    """Report `.forward` of proven modules where it is handed to what calls it."""
    if not isinstance(node, cst.Attribute) or node.attr.value != "forward":
        return
    found = context.ast_of(node)
    caller = caller_of(found, context.file.names) if found is not None else None
    if caller is None or replaces_forward(context.file.names):
        return
    known = context.forward_call(node)
    if known is None or known.certainty is not Certainty.PROVEN:
        return
    receiver = context.short_text(node.value)
    message = f"`{receiver}` is {known.receiver_type}: hand it to `{caller}` itself, `.forward` skips its hooks"
    edits = without_forward(node, context) or ()
    yield Report(at=node.attr, message=message, fix_message=f"Use `{receiver}`", edits=edits)


_NET = code("""
    import torch
    from torch import nn


    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 2)

        def forward(self, x):
            return self.layer(x)


    net = Net()
    """)

RULE = Rule(
    code="TS103",
    name="forward-reference",
    summary="`checkpoint(m.forward, x)`: a proven module's `forward` handed to something that calls it",
    applicability=Applicability.UNSAFE,
    docs=__doc__,
    on=(cst.Attribute,),
    check=check,
    examples=(
        Example(
            bad=_NET
            + code("""
                from torch.utils.checkpoint import checkpoint

                y = checkpoint(net.forward, torch.ones(3, 4), use_reentrant=False)
                """),
            good=_NET
            + code("""
                from torch.utils.checkpoint import checkpoint

                y = checkpoint(net, torch.ones(3, 4), use_reentrant=False)
                """),
        ),
        Example(
            bad=code("""
                import torch
                import torch.utils.checkpoint as cp
                from torch import nn


                class Block(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.layers = nn.ModuleList([nn.Linear(4, 4)])

                    def forward(self, x):
                        for layer in self.layers:
                            x = cp.checkpoint(function=layer.forward, use_reentrant=False, input=x)
                        return x


                y = Block()(torch.ones(3, 4))
                """),
            good=code("""
                import torch
                import torch.utils.checkpoint as cp
                from torch import nn


                class Block(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.layers = nn.ModuleList([nn.Linear(4, 4)])

                    def forward(self, x):
                        for layer in self.layers:
                            x = cp.checkpoint(function=layer, use_reentrant=False, input=x)
                        return x


                y = Block()(torch.ones(3, 4))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                from concurrent.futures import ThreadPoolExecutor
                from functools import partial

                with ThreadPoolExecutor(1) as executor:
                    y = executor.submit(net.forward, torch.ones(3, 4)).result()
                z = list(map(net.forward, torch.ones(3, 4))) + [partial(net.forward, torch.ones(4))()]
                w = torch.vmap(net.forward)(torch.ones(3, 4))
                """),
            good=_NET
            + code("""
                from concurrent.futures import ThreadPoolExecutor
                from functools import partial

                with ThreadPoolExecutor(1) as executor:
                    y = executor.submit(net, torch.ones(3, 4)).result()
                z = list(map(net, torch.ones(3, 4))) + [partial(net, torch.ones(4))()]
                w = torch.vmap(net)(torch.ones(3, 4))
                """),
        ),
        Example(
            bad=_NET
            + code("""
                y = map(
                    net  # the whole of it
                    .forward,
                    torch.ones(3, 4),
                )
                """),
            good=None,
        ),
    ),
    ok=(
        _NET + "y = net.forward(torch.ones(3, 4))\n",
        _NET
        + code("""
            from functools import partial

            net.forward = partial(net.forward, scale=2)
            """),
        _NET
        + code("""
            from functools import partial

            old = partial(net.forward)
            setattr(net, "forward", lambda x: old(x) + 1)
            """),
        _NET
        + code("""
            import inspect

            names = inspect.signature(net.forward).parameters
            doc = net.forward.__doc__ if callable(net.forward) else print(net.forward)
            same = net.forward == net.forward
            """),
        _NET
        + code("""
            traced = torch.jit.trace(net.forward, torch.ones(3, 4))
            compiled = torch.compile(net.forward)
            """),
        _NET
        + code("""
            from types import MethodType

            method = MethodType(net.forward, net)
            """),
        _NET
        + code("""
            def map(function, values):
                return function.__name__


            name = map(net.forward, [])
            """),
        code("""
            from torch.utils.checkpoint import checkpoint


            def run(net, x):
                return checkpoint(net.forward, x)
            """),
        code("""
            from torch import nn


            class Net(nn.Module):
                def __call__(self, x):
                    return list(map(self.forward, x))
            """),
    ),
)
