"""Classes of other files: every way to import one, bases followed to torch, what the rest of the project says."""

from __future__ import annotations

import pathlib

import pytest

from .verdicts import check

NET = "from torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"
CUSTOM = (
    "from torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n\n"
    "    def __call__(self, x):\n        return 0\n"
)

IMPORTS = {
    "from": ("pkg/net.py", "from pkg.net import Net\n\nNet().forward(1)  # -> safe\n"),
    "renamed": ("pkg/net.py", "from pkg.net import Net as Other\n\nOther().forward(1)  # -> safe\n"),
    "module": ("pkg/net.py", "import pkg.net\n\npkg.net.Net().forward(1)  # -> safe\n"),
    "module-renamed": ("pkg/net.py", "import pkg.net as n\n\nn.Net().forward(1)  # -> safe\n"),
    "submodule-from-package": ("pkg/net.py", "from pkg import net\n\nnet.Net().forward(1)  # -> safe\n"),
    "relative": ("pkg/net.py", "from .net import Net\n\nNet().forward(1)  # -> safe\n"),
    "relative-module": ("pkg/net.py", "from . import net\n\nnet.Net().forward(1)  # -> safe\n"),
    "relative-upwards": ("pkg/net.py", "from ..net import Net\n\nNet().forward(1)  # -> safe\n"),
    "star": ("pkg/net.py", "from pkg.net import *\n\nNet().forward(1)  # -> safe\n"),
    "in-a-function": (
        "pkg/net.py",
        "def run(x):\n    from pkg.net import Net\n\n    return Net().forward(x)  # -> safe\n",
    ),
    "for-type-checkers": (
        "pkg/net.py",
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        "    from pkg.net import Net\n\n\ndef run(net: Net, x):\n    return net.forward(x)  # -> safe\n",
    ),
    "quoted": (
        "pkg/net.py",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pkg.net import Net\n\n\n"
        'def run(net: "Net", x):\n    return net.forward(x)  # -> safe\n',
    ),
    "under-try": (
        "pkg/net.py",
        "try:\n    from pkg.net import Net\nexcept ImportError:\n    Net = None\n\nNet().forward(1)  # -> safe\n",
    ),
    "under-if": (
        "pkg/net.py",
        "import sys\n\nif sys.version_info > (3, 11):\n    from pkg.net import Net\nelse:\n"
        "    from pkg.net import Net\n\nNet().forward(1)  # -> safe\n",
    ),
}


@pytest.mark.parametrize("where, text", [pytest.param(*case, id=name) for name, case in IMPORTS.items()])
def test_import(tmp_path: pathlib.Path, where: str, text: str) -> None:
    use = "pkg/sub/use.py" if "from ..net" in text else "pkg/use.py"
    files = {"pkg/__init__.py": "", "pkg/sub/__init__.py": "", where: NET, use: text}
    check(tmp_path, files)
    # The same with a class that must not be reported: the answer comes from the other file.
    check(tmp_path / "other", {**files, where: CUSTOM, use: text.replace("# -> safe", "# -> silent")})


PROJECTS = {
    "re-export": {
        "pkg/__init__.py": "from .nets import Net\n",
        "pkg/nets/__init__.py": "from .net import Net\n",
        "pkg/nets/net.py": NET,
        "pkg/use.py": "from pkg import Net\n\nNet().forward(1)  # -> safe\n",
    },
    "re-export-by-star": {
        "pkg/__init__.py": "from .nets import *\n",
        "pkg/nets/__init__.py": "from .net import *\n",
        "pkg/nets/net.py": NET,
        "pkg/use.py": "import pkg\n\npkg.Net().forward(1)  # -> safe\n",
    },
    "bases-in-three-files": {
        "pkg/__init__.py": "",
        "pkg/a.py": "import torch.nn as nn\n\n\nclass A(nn.Module):\n    def forward(self, x): ...\n",
        "pkg/b.py": "from .a import A as Base\n\n\nclass B(Base): ...\n",
        "pkg/c.py": "import pkg.b\n\n\nclass C(pkg.b.B):\n    def run(self, x):\n        self.forward(x)  # -> safe\n",
    },
    "call-in-a-mixin-of-another-file": {
        "pkg/__init__.py": "",
        "pkg/a.py": "class Mixin:\n    def __call__(self, x): ...\n",
        "pkg/c.py": (
            "from torch import nn\nfrom .a import Mixin\n\n\nclass C(Mixin, nn.Module):\n"
            "    def run(self, x):\n        self.forward(x)  # -> silent\n"
        ),
    },
    "one-of-two-definitions-has-its-own-call": {
        "pkg/__init__.py": "",
        "pkg/a.py": (
            "from torch import nn\n\ntry:\n    import fast\n\n    class Net(nn.Module):\n"
            "        def __call__(self, x): ...\nexcept ImportError:\n\n    class Net(nn.Module):\n"
            "        def forward(self, x): ...\n"
        ),
        "pkg/use.py": "from .a import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "a-subclass-elsewhere-has-its-own-call": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "pkg/special.py": "from .net import Net as N\n\n\nclass Special(N):\n    def __call__(self, x): ...\n",
        "pkg/use.py": "from .net import Net\n\n\ndef run(net: Net, x):\n    net.forward(x)  # -> likely\n",
    },
    "a-subclass-elsewhere-takes-its-call-from-a-mixin": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "pkg/mixin.py": "class Mixin:\n    def __call__(self, x): ...\n",
        "pkg/special.py": "from .mixin import Mixin\nfrom .net import Net\n\n\nclass Special(Mixin, Net): ...\n",
        "pkg/use.py": "from .net import Net\n\n\ndef run(net: Net, x):\n    net.forward(x)  # -> likely\n",
    },
    "a-subclass-elsewhere-takes-its-call-from-another-package": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "pkg/special.py": (
            "from gpytorch.models import ExactGP\nfrom .net import Net\n\n\nclass Special(Net, ExactGP): ...\n"
            "\n\nclass Other(ExactGP, Net): ...\n"
        ),
        "pkg/use.py": "from .net import Net\n\n\ndef run(net: Net, x):\n    net.forward(x)  # -> likely\n",
    },
    "a-subclass-of-another-name-for-the-class": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET + "\n\nAlias = Net\n",
        "pkg/special.py": "from .net import Alias\n\n\nclass Special(Alias):\n    def __call__(self, x): ...\n",
        "pkg/use.py": "from .net import Net\n\n\ndef run(net: Net, x):\n    net.forward(x)  # -> likely\n",
    },
    "a-subclass-elsewhere-has-another-attribute": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "pkg/base.py": (
            "from .net import Net\n\n\nclass Base:\n    def __init__(self):\n        self.net = Net()\n\n"
            "    def run(self, x):\n        self.net.forward(x)  # -> likely\n"
        ),
        "pkg/special.py": (
            "from types import SimpleNamespace\nfrom .base import Base\n\n\nclass Special(Base):\n"
            "    def __init__(self):\n        self.net = SimpleNamespace(forward=abs)\n"
        ),
    },
    "callers-in-another-file": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "pkg/run.py": "def run(net, x):\n    return net.forward(x)  # -> likely\n",
        "pkg/main.py": "from .net import Net\nfrom .run import run\n\nrun(Net(), 1)\n",
    },
    "callers-of-another-function-of-the-same-name": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "pkg/run.py": "def run(net, x):\n    return net.forward(x)  # -> silent\n",
        "pkg/main.py": "from .net import Net\nfrom elsewhere import run\n\nrun(Net(), 1)\n",
    },
    "a-factory-elsewhere": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "pkg/build.py": "from .net import Net\n\n\ndef build(flag):\n    return Net().eval()\n",
        "pkg/use.py": "from pkg.build import build\n\nbuild(1).forward(1)  # -> safe\n",
    },
    "an-alias-elsewhere": {
        "pkg/__init__.py": "",
        "pkg/net.py": "from typing import Union\n" + NET + "\n\nNetOrNone = Union[Net, None]\n",
        "pkg/use.py": "from .net import NetOrNone\n\n\ndef run(net: NetOrNone):\n    net.forward(1)  # -> safe\n",
    },
    "the-same-name-in-another-package": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "other/__init__.py": "",
        "other/net.py": CUSTOM,
        "use.py": "from other.net import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "a-package-in-the-place-of-torch": {
        "torch/__init__.py": "",
        "torch/nn.py": "class Module: ...\n",
        "use.py": "from torch import nn\n\nnn.Linear(2, 2).forward(1)  # -> safe\n",
    },
    "a-script-beside-the-package": {
        "pkg/__init__.py": "",
        "pkg/net.py": NET,
        "scripts/run.py": "from pkg.net import Net\n\nNet().forward(1)  # -> safe\n",
        "examples/deep/run.py": "from pkg.net import Net\n\nNet().forward(1)  # -> safe\n",
    },
    "tests-in-a-folder-named-like-the-package": {
        "pkg/__init__.py": "",
        "pkg/nets/__init__.py": NET,
        "tests/pkg/__init__.py": "",
        "tests/pkg/test_nets.py": "from pkg.nets import Net\n\nNet().forward(1)  # -> safe\n",
    },
    "a-src-layout": {
        "pyproject.toml": "",
        "src/pkg/__init__.py": "",
        "src/pkg/net.py": NET,
        "tests/test_net.py": "from pkg.net import Net\n\nNet().forward(1)  # -> safe\n",
    },
    "a-namespace-package": {
        "pkg/sub/__init__.py": "",
        "pkg/sub/net.py": NET,
        "pkg/sub/use.py": "from pkg.sub.net import Net\n\nNet().forward(1)  # -> safe\n",
    },
}


@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in PROJECTS.items()])
def test_project(tmp_path: pathlib.Path, files: dict[str, str]) -> None:
    check(tmp_path, files)


UNREADABLE = {
    "missing-module": {
        "pkg/__init__.py": "",
        "pkg/use.py": "from .gone import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "missing-name": {
        "pkg/__init__.py": "",
        "pkg/net.py": "",
        "pkg/use.py": "from .net import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "syntax-error": {
        "pkg/__init__.py": "",
        "pkg/net.py": "class Net(:\n",
        "pkg/use.py": "from .net import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "imports-in-a-circle": {
        "pkg/__init__.py": "",
        "pkg/a.py": "from .b import Net\n",
        "pkg/b.py": "from .a import Net\n",
        "pkg/use.py": "from .a import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "stars-in-a-circle": {
        "pkg/__init__.py": "from .a import *\n",
        "pkg/a.py": "from .b import *\n",
        "pkg/b.py": "from .a import *\nfrom . import *\n",
        "pkg/use.py": "from pkg import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "bases-in-a-circle": {
        "pkg/__init__.py": "",
        "pkg/a.py": "from .b import B\n\n\nclass A(B): ...\n",
        "pkg/b.py": "from .a import A\n\n\nclass B(A):\n    def run(self, x):\n        self.forward(x)  # -> silent\n",
    },
    "its-own-base": {
        "a.py": "class A(A):\n    def run(self, x):\n        self.forward(x)  # -> silent\n",
    },
    "an-order-that-cannot-be": {
        "a.py": (
            "from torch import nn\n\n\nclass A(nn.Module): ...\n\n\nclass B(nn.Module, A):\n"
            "    def run(self, x):\n        self.forward(x)  # -> safe\n"
        ),
    },
    "relative-beyond-the-top": {
        "a.py": "from ......x import Net\n\nNet().forward(1)  # -> silent\n",
    },
    "attributes-in-a-circle": {
        "a.py": (
            "class A:\n    def __init__(self):\n        self.a = self.b\n        self.b = self.a\n\n"
            "    def run(self, x):\n        self.a.forward(x)  # -> silent\n"
        ),
    },
    "functions-in-a-circle": {
        "a.py": "def f():\n    return g()\n\n\ndef g():\n    return f()\n\n\nf().forward(1)  # -> silent\n",
    },
    "a-parameter-passed-to-itself": {
        "a.py": "def f(net, n):\n    f(net, n - 1)\n    net.forward(1)  # -> silent\n",
    },
}


@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in UNREADABLE.items()])
def test_what_cannot_be_read_is_unknown(tmp_path: pathlib.Path, files: dict[str, str]) -> None:
    check(tmp_path, files)
