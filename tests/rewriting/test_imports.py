"""Which name a rewrite writes and what becomes of the imports: reuse, add, refuse, remove."""

from __future__ import annotations

import pathlib

import pytest

from flake8_torchstyle.diagnostics import code
from flake8_torchstyle.engine import fix, lint

CASES = {
    "reuse F": ("""
        import torch
        import torch.nn.functional as F

        y = torch.relu(x)
        """, """
        import torch
        import torch.nn.functional as F

        y = F.relu(x)
        """),
    "reuse another alias": ("""
        import torch
        from torch.nn import functional as nnf

        y = torch.relu(x)
        """, """
        import torch
        from torch.nn import functional as nnf

        y = nnf.relu(x)
        """),
    "reuse nn": ("""
        import torch
        from torch import nn

        y = torch.relu(x)
        """, """
        import torch
        from torch import nn

        y = nn.functional.relu(x)
        """),
    "reuse the import in a function": ("""
        import torch


        def f(x):
            import torch.nn.functional as functional

            return torch.relu(x)
        """, """
        import torch


        def f(x):
            import torch.nn.functional as functional

            return functional.relu(x)
        """),
    "an import in one function is none in another": ("""
        import torch


        def f(x):
            import torch.nn.functional as functional


        def g(x):
            return torch.relu(x)
        """, """
        import torch
        import torch.nn.functional as F


        def f(x):
            import torch.nn.functional as functional


        def g(x):
            return F.relu(x)
        """),
    "an import further down is not bound yet": ("""
        import torch


        class Early:
            y = torch.relu(torch.ones(1))


        import torch.nn.functional as G
        """, """
        import torch
        import torch.nn.functional as F


        class Early:
            y = F.relu(torch.ones(1))


        import torch.nn.functional as G
        """),
    "an import in a branch may not have run": ("""
        import torch

        if x:
            import torch.nn.functional as G
        y = torch.relu(x)
        """, """
        import torch
        import torch.nn.functional as F

        if x:
            import torch.nn.functional as G
        y = F.relu(x)
        """),
    "an import for type checkers does not run": ("""
        import torch
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            import torch.nn.functional as G


        def f(x):
            return torch.relu(x)
        """, """
        import torch
        import torch.nn.functional as F
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            import torch.nn.functional as G


        def f(x):
            return F.relu(x)
        """),
    "F is a variable of the module": ("""
        import torch

        F = 96485
        y = torch.relu(x)
        """, """
        import torch

        F = 96485
        y = torch.nn.functional.relu(x)
        """),
    "F is a parameter somewhere": ("""
        import torch


        def f(F):
            return torch.relu(F)
        """, """
        import torch


        def f(F):
            return torch.nn.functional.relu(F)
        """),
    "F is another package": ("""
        import torch
        import torchvision.transforms.functional as F

        y = torch.relu(x)
        """, """
        import torch
        import torchvision.transforms.functional as F

        y = torch.nn.functional.relu(x)
        """),
    "torch under another name": ("""
        import torch as th

        y = th.relu(x)
        """, """
        import torch as th
        import torch.nn.functional as F

        y = F.relu(x)
        """),
    "torch in a function": ("""
        def f(x):
            import torch

            return torch.relu(x)
        """, """
        def f(x):
            import torch

            return torch.nn.functional.relu(x)
        """),
    "torch in a try": ("""
        try:
            import torch
        except ImportError:
            torch = None


        def f(x):
            return torch.relu(x)
        """, """
        try:
            import torch
        except ImportError:
            torch = None


        def f(x):
            return torch.nn.functional.relu(x)
        """),
    "after the imports of torch that sort before it": ("""
        import torch
        import torch.nn as nn2
        import torch.utils.data

        del nn2
        y = torch.relu(x)
        """, """
        import torch
        import torch.nn as nn2
        import torch.nn.functional as F
        import torch.utils.data

        del nn2
        y = F.relu(x)
        """),
    "two statements on the row of the import": ("""
        import torch; import os

        y = torch.relu(x)
        """, """
        import torch; import os

        y = torch.nn.functional.relu(x)
        """),
    "a comment behind the import": ("""
        import torch  # noqa

        y = torch.relu(x)
        """, """
        import torch  # noqa
        import torch.nn.functional as F

        y = F.relu(x)
        """),
    "an unused name goes": ("""
        from torch import Tensor, relu

        y: Tensor = relu(x)
        """, """
        from torch import Tensor
        import torch.nn.functional as F

        y: Tensor = F.relu(x)
        """),
    "the first of several names goes": ("""
        from torch import relu, Tensor, selu

        y: Tensor = relu(selu(x))
        """, """
        from torch import Tensor
        import torch.nn.functional as F

        y: Tensor = F.relu(F.selu(x))
        """),
    "a name in parentheses goes": ("""
        from torch import (
            Tensor,
            relu,
        )

        y: Tensor = relu(x)
        """, """
        from torch import (
            Tensor,
        )
        import torch.nn.functional as F

        y: Tensor = F.relu(x)
        """),
    "the only name makes room": ("""
        from torch import relu as r

        y = r(x)
        """, """
        import torch.nn.functional as F

        y = F.relu(x)
        """),
    "every name that a rewrite replaces goes": ("""
        from torch import log, softmax

        y = log(softmax(x, dim=1))
        """, """
        import torch.nn.functional as F

        y = F.log_softmax(x, dim=1)
        """),
    "classes go too": ("""
        from torch.nn import Linear, ReLU, Softmax

        y = Softmax(dim=1)(ReLU()(Linear(2, 2)(x)))
        """, """
        from torch.nn import Linear
        import torch.nn.functional as F

        y = F.softmax(F.relu(Linear(2, 2)(x)), dim=1)
        """),
    "a name that is still used stays": ("""
        from torch import relu

        y = relu(x)
        handlers = {relu: 1}
        """, """
        from torch import relu
        import torch.nn.functional as F

        y = F.relu(x)
        handlers = {relu: 1}
        """),
    "a name in __all__ stays": ("""
        from torch import relu

        __all__ = ["relu"]
        y = relu(x)
        """, """
        from torch import relu
        import torch.nn.functional as F

        __all__ = ["relu"]
        y = F.relu(x)
        """),
    "a name with a comment stays": ("""
        from torch import relu  # re-exported

        y = relu(x)
        """, """
        from torch import relu  # re-exported
        import torch.nn.functional as F

        y = F.relu(x)
        """),
    "several fixes, one import": ("""
        import torch

        y = torch.relu(x)
        z = torch.selu(y)
        """, """
        import torch
        import torch.nn.functional as F

        y = F.relu(x)
        z = F.selu(y)
        """),
    "no final newline": ("import torch; y = torch.relu(x)", "import torch; y = torch.nn.functional.relu(x)"),
    "future imports and docstring stay first": ('''
        """Page."""
        from __future__ import annotations
        import torch
        y = torch.relu(x)
        ''', '''
        """Page."""
        from __future__ import annotations
        import torch
        import torch.nn.functional as F
        y = F.relu(x)
        '''),
    "carriage returns": ("import torch\r\n\r\ny = torch.relu(x)\r\n",
                         "import torch\r\nimport torch.nn.functional as F\r\n\r\ny = F.relu(x)\r\n"),
}  # fmt: skip
REFUSED = {
    "star import": "from torch import *\n\ny = relu(x)\n",
    "functions put into torch.nn.functional": """
        import torch
        import torch.nn.functional as F


        def relu(x):
            return torch.relu(x)


        F.relu = relu
        """,
    "functions put into torch": """
        import torch

        torch.relu = abs
        y = torch.relu(x)
        """,
    "setattr": """
        import torch

        setattr(torch.nn.functional, name, lambda x: torch.relu(x))
        """,
    "monkeypatch": """
        import torch


        def test(monkeypatch):
            monkeypatch.setattr("torch.nn.functional.relu", lambda x: torch.relu(x))
        """,
    "mock": """
        import torch
        from unittest import mock

        with mock.patch.object(torch, "relu"):
            torch.relu(x)
        """,
    "inside an f-string": "import torch\n\ny = f'{torch.relu(x)}'\n",
}


def every(_code: str) -> bool:
    return True


@pytest.mark.parametrize("before, after", CASES.values(), ids=CASES)
def test_imports(before: str, after: str) -> None:
    fixed = fix(code(before), None, every, unsafe=True).source
    assert fixed == code(after)
    assert fix(fixed, None, every, unsafe=True).source == fixed


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_no_fix_but_a_finding(source: str) -> None:
    source = code(source)
    assert lint(source, None, every)
    assert fix(source, None, every, unsafe=True).source == source


def test_a_package_keeps_the_names_it_may_export() -> None:
    source = "from torch import relu\n\ny = relu(x)\n"
    fixed = fix(source, pathlib.Path("package/__init__.py"), every).source
    assert fixed == "from torch import relu\nimport torch.nn.functional as F\n\ny = F.relu(x)\n"


def test_torch_itself_is_made_of_its_functions(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "torch" / "nn"
    folder.mkdir(parents=True)
    for package in (folder.parent, folder):
        (package / "__init__.py").touch()
    source = "import torch\n\n\ndef relu(x):\n    return torch.relu(x)\n"
    assert lint(source, folder / "functional.py", every) == ()
    assert lint(source, tmp_path / "functional.py", every)
