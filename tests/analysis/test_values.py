"""What a receiver is known to be: assignments, containers, narrowing, functions, wrappers, parameters."""

from __future__ import annotations

import pathlib

import pytest

from .verdicts import check, with_net

BINDINGS = {
    "constructor": """
        net = Net()
        net.forward(1)  # -> safe
        """,
    "constructor-over-several-lines": """
        net = (
            Net(
            )
        )
        net.forward(1)  # -> safe
        """,
    "direct": """
        Net().forward(1)  # -> safe
        """,
    "torch-class": """
        nn.Linear(2, 2).forward(1)  # -> safe
        """,
    "last-binding-counts": """
        net = Custom()
        net = Net()
        net.forward(1)  # -> safe
        """,
    "last-binding-is-something-else": """
        net = Net()
        net = Custom()
        net.forward(1)  # -> silent
        """,
    "bound-after-the-call": """
        def run(x):
            net = Net()
            net.forward(x)  # -> safe
            net = Custom()
        """,
    "next-round-of-a-loop": """
        def run(x):
            net = Net()
            for _ in range(2):
                net.forward(x)  # -> silent
                net = Custom()
        """,
    "one-branch-rebinds": """
        def run(x, flag):
            net = Net()
            if flag:
                net = Custom()
            net.forward(x)  # -> silent
        """,
    "branches-merge": """
        def run(x, flag):
            if flag:
                net = Net()
            else:
                net = nn.Linear(2, 2)
            net.forward(x)  # -> safe
        """,
    "branches-with-a-stranger": """
        def run(x, flag, other):
            net = Net() if flag else other()
            net.forward(x)  # -> likely
        """,
    "none-is-no-alternative": """
        def run(x, flag):
            net = None
            if flag:
                net = Net()
            if net is not None:
                net.forward(x)  # -> safe
        """,
    "or": """
        def run(x, net: Net | None = None):
            net = net or Net()
            net.forward(x)  # -> safe
        """,
    "walrus": """
        if (net := Net()) is not None:
            net.forward(1)  # -> safe
        """,
    "tuple": """
        first, (second, third) = Net(), (Custom(), Net())
        first.forward(1)  # -> safe
        second.forward(1)  # -> silent
        third.forward(1)  # -> safe
        """,
    "swap": """
        first, second = Net(), nn.ReLU()
        first, second = second, first
        first.forward(1)  # -> safe
        """,
    "global": """
        net = None

        def build():
            global net
            net = Net()

        def run(x):
            net.forward(x)  # -> safe
        """,
    "closure": """
        def outer():
            net = Net()

            def inner(x):
                return net.forward(x)  # -> safe

            return inner
        """,
    "closure-over-what-is-rebound": """
        def outer():
            net = Net()

            def inner(x):
                return net.forward(x)  # -> silent

            net = Custom()
            return inner
        """,
    "lambda": """
        net = Net()
        run = lambda x: net.forward(x)  # -> safe
        """,
    "nested-class": """
        class Outer:
            class Inner(nn.Module):
                def forward(self, x):
                    return x

        Outer.Inner().forward(1)  # -> safe
        """,
    "class-under-another-name": """
        Other = Net
        Other().forward(1)  # -> safe
        """,
    "class-chosen-from-a-table": """
        TABLE = {"net": Net, "linear": nn.Linear}
        TABLE["net"]().forward(1)  # -> safe
        """,
    "class-or-another": """
        kind = Net if torch.cuda.is_available() else Custom
        kind().forward(1)  # -> silent
        """,
}

ATTRIBUTES = {
    "set-in-init": """
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = Net()

            def forward(self, x):
                return self.net.forward(x)  # -> safe
        """,
    "set-in-another-method": """
        class Model:
            def build(self):
                self.net = Net()

            def run(self, x):
                return self.net.forward(x)  # -> safe
        """,
    "set-twice": """
        class Model:
            def __init__(self, flag):
                self.net = Net()
                if flag:
                    self.net = Custom()

            def run(self, x):
                return self.net.forward(x)  # -> silent
        """,
    "class-attribute": """
        class Model:
            net = Net()
            other: Net

            def run(self, x):
                self.other.forward(x)  # -> safe
                return self.net.forward(x)  # -> safe
        """,
    "dataclass": """
        from dataclasses import dataclass

        @dataclass
        class Step:
            net: Net
            any: object

            def run(self, x):
                self.any.forward(x)  # -> silent
                return self.net.forward(x)  # -> safe
        """,
    "inherited": """
        class Base:
            def __init__(self):
                self.net = Net()

        class Model(Base):
            def run(self, x):
                return self.net.forward(x)  # -> safe
        """,
    "attribute-of-an-attribute": """
        class Inner(nn.Module):
            def __init__(self):
                super().__init__()
                self.net = Net()

        class Model:
            def __init__(self):
                self.inner = Inner()

            def run(self, x):
                return self.inner.net.forward(x)  # -> safe
        """,
    "property": """
        class Model:
            @property
            def net(self):
                return Net()

            @property
            def other(self) -> Custom:
                return self._other

            def run(self, x):
                self.other.forward(x)  # -> silent
                return self.net.forward(x)  # -> safe
        """,
    "getattr": """
        class Model:
            def __init__(self):
                self.net = Net()

            def run(self, x, name):
                getattr(self, name).forward(x)  # -> silent
                return getattr(self, "net").forward(x)  # -> safe
        """,
    "add-module": """
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.add_module("net", Net())

            def run(self, x):
                return self.net.forward(x)  # -> safe
        """,
    "replaced-from-outside": """
        model = nn.Sequential(Net())
        model.head = Net()
        model.head.forward(1)  # -> safe
        model.tail = Custom()
        model.tail.forward(1)  # -> silent
        """,
    "unpacked": """
        class Model:
            def __init__(self):
                self.net, self.other = Net(), Custom()

            def run(self, x):
                self.other.forward(x)  # -> silent
                return self.net.forward(x)  # -> safe
        """,
}

CONTAINERS = {
    "list": """
        nets = [Net(), Net()]
        nets[0].forward(1)  # -> safe
        for net in nets:
            net.forward(1)  # -> safe
        """,
    "list-that-grows": """
        nets = []
        nets.append(Net())
        nets[0].forward(1)  # -> safe
        others = [Net()]
        others.append(Custom())
        others[0].forward(1)  # -> silent
        """,
    "tuple-index": """
        pair = (Net(), Custom())
        pair[0].forward(1)  # -> safe
        pair[1].forward(1)  # -> silent
        """,
    "dict": """
        nets = {"a": Net()}
        nets["a"].forward(1)  # -> safe
        for name, net in nets.items():
            net.forward(1)  # -> safe
        """,
    "comprehension": """
        nets = [Net() for _ in range(3)]
        results = [net.forward(1) for net in nets]  # -> safe
        """,
    "enumerate-zip-reversed": """
        nets = [Net()]
        for i, net in enumerate(nets):
            net.forward(1)  # -> safe
        for net, other in zip(nets, [Custom()]):
            net.forward(1)  # -> safe
            other.forward(1)  # -> silent
        for net in reversed(nets):
            net.forward(1)  # -> safe
        """,
    "sequential": """
        stack = nn.Sequential(Net(), nn.ReLU())
        stack[0].forward(1)  # -> safe
        stack.forward(1)  # -> safe
        """,
    "sequential-of-a-dictionary": """
        from collections import OrderedDict

        stack = nn.Sequential(OrderedDict([("a", Net()), ("b", nn.ReLU())]))
        stack[0].forward(1)  # -> safe
        """,
    "module-list-in-a-loop": """
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.nets = nn.ModuleList()
                for _ in range(3):
                    self.nets.append(Net())

            def run(self, x):
                for net in self.nets[1:]:
                    x = net.forward(x)  # -> safe
        """,
    "module-dict": """
        nets = nn.ModuleDict({"a": Net()})
        nets["a"].forward(1)  # -> safe
        for net in nets.values():
            net.forward(1)  # -> safe
        """,
    "module-dict-subclass": """
        class Chain(nn.ModuleDict):
            def __init__(self, **nets: Net):
                super().__init__(nets)

            def run(self, x):
                for net in self.values():
                    x = net.forward(x)  # -> safe
        """,
    "module-list-of-anything": """
        class Ensemble(nn.Module):
            def __init__(self, models):
                super().__init__()
                self.models = nn.ModuleList(models)

            def run(self, x):
                return [model.forward(x) for model in self.models]  # -> likely
        """,
    "module-list-of-anything-in-a-class-with-its-own-call": """
        class Ensemble(Custom):
            def __init__(self, models):
                super().__init__()
                self.models = nn.ModuleList(models)

            def run(self, x):
                return [model.forward(x) for model in self.models]  # -> silent
        """,
    "children": """
        for child in Net().children():
            child.forward(1)  # -> unsafe
        """,
    "unpacked-starred": """
        nets = [*[Net()], Net()]
        nets[0].forward(1)  # -> safe
        """,
}

FUNCTIONS = {
    "annotated-return": """
        def build() -> Net: ...

        build().forward(1)  # -> safe
        """,
    "what-it-returns": """
        def build(flag):
            if flag:
                return Net()
            net = Net()
            return net

        build(True).forward(1)  # -> safe
        """,
    "one-return-is-something-else": """
        def build(flag):
            if flag:
                return Net()
            return Custom()

        build(True).forward(1)  # -> silent
        """,
    "recursive": """
        def build(n):
            return build(n - 1) if n else Net()

        build(3).forward(1)  # -> safe
        """,
    "endless": """
        def build(n):
            return build(n)

        build(3).forward(1)  # -> silent
        """,
    "returns-a-tuple": """
        def build():
            return Net(), Custom()

        net, other = build()
        net.forward(1)  # -> safe
        other.forward(1)  # -> silent
        """,
    "returns-self": """
        Net().to("cpu").eval().double().forward(1)  # -> safe
        """,
    "class-method": """
        class Model(nn.Module):
            @classmethod
            def build(cls):
                return cls()

            def forward(self, x):
                return x

        Model.build().forward(1)  # -> safe
        """,
    "static-method": """
        class Factory:
            @staticmethod
            def build():
                return Net()

        Factory.build().forward(1)  # -> safe
        """,
    "self-type": """
        from typing import Self

        class Model(nn.Module):
            def again(self) -> Self: ...

        Model().again().forward(1)  # -> safe
        """,
    "cached": """
        from functools import lru_cache

        @lru_cache(maxsize=1)
        def build():
            return Net()

        build().forward(1)  # -> safe
        """,
    "context-manager": """
        from contextlib import contextmanager

        @contextmanager
        def ready():
            yield Net()

        with ready() as net:
            net.forward(1)  # -> safe
        """,
    "enter": """
        class Session:
            def __enter__(self):
                return Net()

            def __exit__(self, *args): ...

        with Session() as net:
            net.forward(1)  # -> safe
        """,
    "enter-of-a-module-that-is-something-else": """
        class Session(Net):
            def __enter__(self):
                return Custom()

        with Session() as net:
            net.forward(1)  # -> silent
        """,
    "partial": """
        from functools import partial

        build = partial(Net)
        build().forward(1)  # -> safe
        """,
    "generator": """
        def all_nets():
            yield Net()

        for net in all_nets():
            net.forward(1)  # -> safe
        """,
    "deepcopy": """
        import copy

        copy.deepcopy(Net()).forward(1)  # -> safe
        """,
    "async": """
        async def build():
            return Net()

        async def run():
            net = await build()
            net.forward(1)  # -> safe
        """,
}

WRAPPERS = {
    "data-parallel": """
        wrapped = nn.DataParallel(Net())
        wrapped.forward(1)  # -> safe
        wrapped.module.forward(1)  # -> safe
        """,
    "data-parallel-of-a-class-with-its-own-call": """
        wrapped = nn.DataParallel(Custom())
        wrapped.module.forward(1)  # -> silent
        """,
    "distributed": """
        from torch.nn.parallel import DistributedDataParallel as DDP

        wrapped = DDP(Net(), device_ids=[0])
        wrapped.module.forward(1)  # -> safe
        """,
    "fsdp": """
        from torch.distributed.fsdp import FullyShardedDataParallel

        wrapped = FullyShardedDataParallel(module=Net())
        wrapped.module.forward(1)  # -> safe
        """,
    "compile": """
        torch.compile(Net()).forward(1)  # -> safe
        """,
    "trace": """
        torch.jit.trace(Net(), 1).forward(1)  # -> unsafe
        """,
    "weight-norm": """
        from torch.nn.utils.parametrizations import weight_norm

        weight_norm(nn.Linear(2, 2)).forward(1)  # -> safe
        """,
}

NARROWING = {
    "if": """
        def run(net, x):
            if isinstance(net, Net):
                net.forward(x)  # -> safe
        """,
    "assert": """
        def run(net, x):
            assert isinstance(net, Net)
            net.forward(x)  # -> safe
        """,
    "early-return": """
        def run(net, x):
            if not isinstance(net, Net):
                return None
            return net.forward(x)  # -> safe
        """,
    "and": """
        def run(net, x):
            return isinstance(net, Net) and net.forward(x)  # -> safe
        """,
    "module": """
        def run(net, x):
            if isinstance(net, nn.Module):
                net.forward(x)  # -> unsafe
        """,
    "rebound-behind-the-test": """
        def run(net, x):
            assert isinstance(net, Net)
            net = Custom()
            net.forward(x)  # -> silent
        """,
    "attribute-rebound-behind-the-test": """
        class Model:
            def run(self, x):
                assert isinstance(self.net, Net)
                self.net = self.other()
                self.net.forward(x)  # -> silent
        """,
    "keeps-what-is-known": """
        def run(x, flag):
            net = Net() if flag else Custom()
            if isinstance(net, nn.Module):
                net.forward(x)  # -> silent
            if isinstance(net, Net):
                net.forward(x)  # -> safe
        """,
    "other-branch": """
        def run(net, x):
            if isinstance(net, Net):
                return None
            else:
                return net.forward(x)  # -> silent
        """,
    "one-of-two": """
        def run(net, x):
            if isinstance(net, (Net, Custom)):
                net.forward(x)  # -> silent
        """,
}

ANNOTATIONS = {
    "parameter": """
        def run(net: Net, x):
            net.forward(x)  # -> safe
        """,
    "module": """
        def run(net: nn.Module, x):
            net.forward(x)  # -> unsafe
        """,
    "quoted-optional-union": """
        from typing import Optional, Union

        def run(a: "Net", b: Optional[Net], c: Net | None, d: Union[Net, Custom], x):
            a.forward(x)  # -> safe
            b.forward(x)  # -> safe
            c.forward(x)  # -> safe
            d.forward(x)  # -> silent
        """,
    "containers": """
        from typing import Iterable, Sequence

        def run(a: list[Net], b: Sequence[Custom], c: dict[str, Net], d: tuple[Net, Custom], e: Iterable[Net], x):
            a[0].forward(x)  # -> safe
            b[0].forward(x)  # -> silent
            c["x"].forward(x)  # -> safe
            d[0].forward(x)  # -> safe
            for net in e:
                net.forward(x)  # -> safe
        """,
    "class": """
        def run(kind: type[Net], x):
            kind.forward(x)  # -> silent
            kind().forward(x)  # -> safe
        """,
    "type-variable": """
        from typing import TypeVar

        T = TypeVar("T", bound=Net)

        def run(net: T, x) -> T:
            net.forward(x)  # -> safe
        """,
    "alias": """
        from typing import Union

        Known = Union[Net, nn.Linear]

        def run(net: Known, x):
            net.forward(x)  # -> unsafe
        """,
    "any": """
        from typing import Any

        def run(net: Any, x):
            net.forward(x)  # -> silent
        """,
    "generic": """
        from typing import Generic, TypeVar

        T = TypeVar("T")

        class Model(nn.Module, Generic[T]):
            def run(self, x):
                self.forward(x)  # -> safe
        """,
    "cast": """
        from typing import cast

        def run(net, x):
            cast(Net, net).forward(x)  # -> safe
        """,
    "keyword-arguments": """
        def run(*nets: Net, **others: Net):
            nets[0].forward(1)  # -> safe
            others["a"].forward(1)  # -> safe
        """,
}

EVIDENCE = {
    "nothing": """
        def run(net, x):
            net.forward(x)  # -> silent
        """,
    "a-name-alone": """
        def run(model, module, x):
            model.forward(x)  # -> silent
            module.forward(x)  # -> silent
        """,
    "module-only-call": """
        def run(net, x):
            net.zero_grad()
            net.forward(x)  # -> likely
        """,
    "module-like-calls": """
        def run(net, x):
            net.to("cuda")
            net.eval()
            net.forward(x)  # -> likely
        """,
    "one-module-like-call": """
        def run(net, x):
            net.to("cuda")
            net.forward(x)  # -> silent
        """,
    "calls-in-a-subclass": """
        class Epoch:
            def __init__(self, net):
                self.net = net

            def run(self, x):
                return self.net.forward(x)  # -> likely

        class TrainEpoch(Epoch):
            def start(self):
                self.net.train()
                self.net.zero_grad()
        """,
    "callers": """
        def run(net, x):
            return net.forward(x)  # -> likely

        run(Net(), 1)
        run(x=1, net=nn.Linear(2, 2))
        """,
    "callers-with-something-else": """
        def run(net, x):
            return net.forward(x)  # -> silent

        run(Net(), 1)
        run(Custom(), 1)
        """,
    "callers-of-a-constructor": """
        class Runner:
            def __init__(self, net, flag=False):
                self.net = net

            def run(self, x):
                return self.net.forward(x)  # -> likely

        Runner(Net())
        """,
    "callers-of-a-base-constructor": """
        class Base:
            def __init__(self, net):
                self.net = net

            def run(self, x):
                return self.net.forward(x)  # -> likely

        class Runner(Base):
            def __init__(self):
                super().__init__(Net())
        """,
    "callers-of-a-method": """
        class Runner:
            def run(self, net, x):
                return net.forward(x)  # -> likely

        Runner().run(Net(), 1)
        """,
    "default": """
        def run(x, net=Net()):
            return net.forward(x)  # -> likely
        """,
    "default-class": """
        class Model(nn.Module):
            def __init__(self, act_layer=nn.GELU):
                super().__init__()
                self.act = act_layer()

            def run(self, x):
                return self.act.forward(x)  # -> likely
        """,
    "delegation": """
        class Cast(nn.Module):
            def __init__(self, mod):
                super().__init__()
                self.mod = mod

            def forward(self, x):
                return self.mod.forward(x.float())  # -> likely
        """,
    "delegation-to-anything": """
        from typing import Any

        class Wrapper(nn.Module):
            def __init__(self, estimator: Any):
                super().__init__()
                self.estimator = estimator

            def forward(self, x):
                return self.estimator.forward(x)  # -> silent
        """,
    "delegation-by-something-that-is-no-module": """
        class Cast:
            def __init__(self, mod):
                self.mod = mod

            def forward(self, x):
                return self.mod.forward(x.float())  # -> silent
        """,
    "mixin": """
        class Mixin:
            def run(self, x):
                return self.forward(x)  # -> likely

        class Model(Mixin, nn.Module):
            pass
        """,
    "mixin-of-a-class-with-its-own-call": """
        class Mixin:
            def run(self, x):
                return self.forward(x)  # -> silent

        class Model(Mixin, Custom):
            pass
        """,
    "layers-and-an-unread-base": """
        import lib

        class Model(lib.Base):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(2, 2)

            def forward(self, x):
                return self.layer(x)

            def run(self, x):
                return self.forward(x)  # -> likely
        """,
    "a-loss-and-an-unread-base": """
        import lib

        class Trainer(lib.Trainer):
            def __init__(self):
                super().__init__()
                self.loss = nn.CrossEntropyLoss()

            def forward(self, x):
                return self.loss(x)

            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "unread-base-beside-module": """
        import lib

        class Model(lib.Base, nn.Module):
            def run(self, x):
                return self.forward(x)  # -> likely
        """,
    "its-own-methods-say-nothing": """
        class Plain2:
            def parameters(self):
                return []

            def forward(self, x):
                return x

            def run(self, x):
                self.parameters()
                return self.forward(x)  # -> silent
        """,
    "hub": """
        torch.hub.load("org/repo", "model").forward(1)  # -> likely
        """,
}

TABLES = {
    "bindings": BINDINGS,
    "attributes": ATTRIBUTES,
    "containers": CONTAINERS,
    "functions": FUNCTIONS,
    "wrappers": WRAPPERS,
    "narrowing": NARROWING,
    "annotations": ANNOTATIONS,
    "evidence": EVIDENCE,
}


@pytest.mark.parametrize(
    "text",
    [pytest.param(text, id=f"{table}-{name}") for table, cases in TABLES.items() for name, text in cases.items()],
)
def test_value(tmp_path: pathlib.Path, text: str) -> None:
    check(tmp_path, {"values.py": with_net(text)})
