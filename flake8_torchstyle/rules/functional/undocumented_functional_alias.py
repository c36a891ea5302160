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
evaluation; those whose position means something else get a keyword. There is no fix for `out=`, for `*args` and
`**kwargs` unless all parameters agree, for enumerations that are not literals, for functions with another result
(`torch.embedding_bag` returns a tuple), for names that come from `from torch import *`, or where a comment would be
lost.

The results are the same. What can differ is which error a call raises that is wrong already, because the documented
function checks its arguments:

- `F.batch_norm` and `F.instance_norm` in training mode, and `F.group_norm` always, raise ValueError for a single value
  per channel, where the alias returns a result without variance;
- `F.binary_cross_entropy_with_logits` and `F.margin_ranking_loss` raise for input and target of unequal shape or
  dimension, where the alias may broadcast; `F.triplet_margin_loss` raises for a margin that is not positive;
- the dropouts raise ValueError instead of RuntimeError for a probability outside 0 to 1;
- `F.embedding` raises for a `padding_idx` outside the table;
- `F.kl_div` warns when the reduction is `"mean"`.

## References

- [torch.nn.functional](https://docs.pytorch.org/docs/stable/nn.functional.html)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...context import Context
from ...diagnostics import Applicability, Example, Report, Rule
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
            bad="import torch\n\ny = torch.relu(torch.linspace(-1, 1, 5))\n",
            good="import torch\nimport torch.nn.functional as F\n\ny = F.relu(torch.linspace(-1, 1, 5))\n",
        ),
        Example(
            bad="import torch\nfrom torch.nn import functional as nnf\n\n"
            "x, w, m, v = torch.rand(2, 3), torch.rand(3), torch.rand(3), torch.rand(3)\n"
            "y = torch.batch_norm(x, w, None, m, v, False, 0.1, 1e-5, False)\n",
            good=None,
        ),
        Example(
            bad="import torch\nimport torch.nn.functional as F\n\n"
            "y = torch.embedding(torch.eye(3), torch.tensor([2, 0]))\n",
            good="import torch\nimport torch.nn.functional as F\n\n"
            "y = F.embedding(weight=torch.eye(3), input=torch.tensor([2, 0]))\n",
        ),
        Example(
            bad="import torch\nimport torch.nn.functional as F\n\n"
            "y = torch.dropout(\n    torch.ones(8),  # signal\n    0.5,\n    train=True,\n)\n",
            good="import torch\nimport torch.nn.functional as F\n\n"
            "y = F.dropout(\n    torch.ones(8),  # signal\n    0.5,\n    training=True,\n)\n",
        ),
        Example(
            bad="import torch\nimport torch.nn.functional as F\n\n"
            "y = torch.log_softmax(torch.relu(torch.rand(2, 3)), 1)\n",
            good="import torch\nimport torch.nn.functional as F\n\ny = F.log_softmax(F.relu(torch.rand(2, 3)), 1)\n",
        ),
        Example(
            bad="import torch\nfrom torch import relu\n\ny = relu(torch.rand(2))\n",
            good="import torch\nimport torch.nn.functional as F\n\ny = F.relu(torch.rand(2))\n",
        ),
        Example(bad="from torch import *\n\ny = relu(rand(2))\n", good=None),
        Example(
            bad="import torch\n\nargs = (torch.rand(2), 0.5, False)\ny = torch.dropout(*args)\n",
            good=None,
        ),
    ),
    ok=(
        "import torch.nn.functional as F\n\ny = F.relu(x)\n",
        "import torch\n\ny = torch.sigmoid(x) + torch.tanh(x)\n",
        "import torch\n\ny = torch.softmax(x, dim=-1)\n",
        "y = torch.relu(x)\n",
        "import tensorflow as torch\n\ny = torch.relu(x)\n",
        "import torch\n\n\ndef f(torch):\n    return torch.relu(1)\n",
        "import torch\n\n\nclass torch:\n    relu = abs\n\n\ny = torch.relu(x)\n",
        "from torch import relu\n\n\ndef relu(x):\n    return x\n\n\ny = relu(1)\n",
        "import torch\n\nHANDLERS = {torch.relu: 1}\n",
        "import torch\n\nif func is torch.relu or func in (torch.selu, torch.celu):\n    pass\n",
        "import torch\n\n\n@implements(torch.relu)\ndef relu(x):\n    return x\n",
        "import torch\n\nx.relu().softmax(1)\n",
        "import torch\n\ntorch.relu = None\n",
        "import torch\n\nprint('torch.relu(x)')  # torch.relu(x)\n",
    ),
)
