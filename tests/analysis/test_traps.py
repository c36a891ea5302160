"""Calls of `forward` that must not be replaced by a call of the object: silent, or at most an unsafe fix."""

from __future__ import annotations

import pathlib

import pytest

from .verdicts import check, with_net

HOOKS = {
    "function": """
        net = Net()

        def hook(module, args, output):
            return net.forward(*args)  # -> silent

        net.register_forward_hook(hook)
        """,
    "annotated-parameter-of-a-hook": """
        def hook(module: Net, args, output):
            return module.forward(*args)  # -> silent

        Net().register_forward_hook(hook)
        """,
    "named-a-hook-and-registered-elsewhere": """
        def recording_hook(module: Net, args, output):
            return module.forward(*args)  # -> silent
        """,
    "pre-hook": """
        net = Net()

        def before(module, args):
            net.forward(*args)  # -> silent

        net.register_forward_pre_hook(before, with_kwargs=True)
        """,
    "hook-by-keyword": """
        net = Net()

        def record(module, args, output):
            net.forward(*args)  # -> silent

        net.register_forward_hook(hook=record)
        """,
    "global-hook": """
        net = Net()

        def record(module, args, output):
            net.forward(*args)  # -> silent

        torch.nn.modules.module.register_module_forward_hook(record)
        """,
    "lambda": """
        net = Net()
        net.register_forward_hook(lambda m, i, o: net.forward(*i))  # -> silent
        """,
    "method": """
        class Watch:
            def __init__(self):
                self.net = Net()
                self.net.register_forward_hook(self._look)

            def _look(self, module, args, output):
                return self.net.forward(*args)  # -> silent
        """,
    "partial": """
        from functools import partial

        net = Net()

        def record(store, module, args, output):
            store.append(net.forward(*args))  # -> silent

        net.register_forward_hook(partial(record, []))
        """,
    "object-with-call": """
        class Mitigator:
            def __init__(self, net: Net):
                self.net = net

            def __call__(self, module, module_in, module_out):
                return self.net.forward(*module_in)  # -> silent

        net = Net()
        net.register_forward_hook(Mitigator(net))
        """,
    "object-with-call-registered-elsewhere": """
        class Mitigator:
            def __call__(self, module: Net, module_in, module_out):
                return module.forward(*module_in)  # -> silent
        """,
    "helper-of-a-hook": """
        net = Net()

        def again(x):
            return net.forward(x)  # -> silent

        def hook(module, args, output):
            return again(*args)

        net.register_forward_hook(hook)
        """,
    "helper-method-of-a-hook": """
        class Watch(nn.Module):
            def __init__(self):
                super().__init__()
                self.register_forward_hook(self._look)

            def _look(self, module, args, output):
                return self._again(*args)

            def _again(self, x):
                return self.forward(x)  # -> silent
        """,
    "made-by-a-function": """
        def recorder(net: Net):
            def record(module, args, output):
                return net.forward(*args)  # -> silent

            return record

        net = Net()
        net.register_forward_hook(recorder(net))
        """,
}

BOUND = {
    "method-type": """
        from types import MethodType

        def scaled(self: Net, x):
            return 2 * self.forward(x)  # -> silent

        net = Net()
        net.run = MethodType(scaled, net)
        """,
    "types-method-type": """
        import types

        net = Net()

        def scaled(self, x):
            return 2 * net.forward(x)  # -> silent

        net.forward = types.MethodType(scaled, net)
        """,
    "assigned-to-the-class": """
        net = Net()

        def scaled(self, x):
            return 2 * net.forward(x)  # -> silent

        Net.forward = scaled
        """,
    "setattr": """
        net = Net()

        def scaled(x):
            return 2 * net.forward(x)  # -> silent

        setattr(net, "forward", scaled)
        """,
    "descriptor": """
        net = Net()

        def scaled(self, x):
            return 2 * net.forward(x)  # -> silent

        net.forward = scaled.__get__(net)
        """,
    "lambda": """
        net = Net()
        other = Net()
        other.forward = lambda x: net.forward(x)  # -> silent
        """,
    "closure": """
        def patched(net: Net):
            def forward(x):
                return net.forward(x)  # -> silent

            return forward

        net = Net()
        net.forward = patched(net)
        """,
    "helper-of-the-new-forward": """
        net = Net()

        def twice(x):
            return 2 * net.forward(x)  # -> silent

        def scaled(x):
            return twice(x)

        net.forward = scaled
        """,
}

OWN_CALL = {
    "its-own-call": """
        class Model(nn.Module):
            def __call__(self, x):
                return self.forward(x)  # -> silent
        """,
    "helper-that-only-call-reaches": """
        class Model(nn.Module):
            def __call__(self, x):
                return self._run(x)

            def _run(self, x):
                return self.forward(x)  # -> silent
        """,
    "through-a-second-object": """
        class Runner:
            def __init__(self, model):
                self.model = model

            def run(self, x):
                self.model.eval()
                self.model.zero_grad()
                return self.model.forward(x)  # -> silent

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.runner = Runner(self)

            def __call__(self, x):
                return self.runner.run(x)
        """,
    "call-is-a-class-attribute": """
        class Model(nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent

            __call__ = run
        """,
    "call-assigned-to-the-class": """
        class Model(nn.Module):
            def forward(self, x):
                return x

        Model.__call__ = lambda self, x: 0
        Model().forward(1)  # -> silent
        """,
    "call-set-on-the-class": """
        class Model(nn.Module):
            def forward(self, x):
                return x

        setattr(Model, "__call__", lambda self, x: 0)
        Model().forward(1)  # -> silent
        """,
    "mixin-before-module": """
        class Mixin:
            def __call__(self, *args):
                return 0

        class Model(Mixin, nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "mixin-behind-module": """
        class Mixin:
            def __call__(self, *args):
                return 0

        class Model(nn.Module, Mixin):
            def run(self, x):
                return self.forward(x)  # -> safe
        """,
    "call-that-hands-on": """
        class Model(nn.Module):
            def __call__(self, *args, **kwargs):
                return super().__call__(*args, **kwargs)

            def run(self, x):
                return self.forward(x)  # -> safe
        """,
    "call-that-hands-on-is-still-itself": """
        class Model(nn.Module):
            def __call__(self, x):
                self.forward(x)  # -> silent
                return super().__call__(x)
        """,
    "call-that-changes-its-argument": """
        class Model(nn.Module):
            def __call__(self, x):
                return super().__call__(x + 1)

            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "overloads-alone": """
        from typing import overload

        class Model(nn.Module):
            @overload
            def __call__(self, x: int) -> int: ...

            def run(self, x):
                return self.forward(x)  # -> safe
        """,
    "for-type-checkers-alone": """
        from typing import TYPE_CHECKING

        class Model(nn.Module):
            if TYPE_CHECKING:
                def __call__(self, x: int) -> int: ...

            def run(self, x):
                return self.forward(x)  # -> safe
        """,
    "class-decorator-that-adds-call": """
        def callable_model(cls):
            cls.__call__ = lambda self, x: 0
            return cls

        @callable_model
        class Model(nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "class-decorator-that-registers": """
        REGISTRY = {}

        def register(name):
            def add(cls):
                REGISTRY[name] = cls
                return cls

            return add

        @register("model")
        class Model(nn.Module):
            def run(self, x):
                return self.forward(x)  # -> safe
        """,
    "subclass-overrides": """
        class Base(nn.Module):
            def forward(self, x):
                return x

            def run(self, x):
                return self.forward(x)  # -> likely

        class Special(Base):
            def __call__(self, x):
                return 0

        def use(model: Base, x):
            return model.forward(x)  # -> likely
        """,
    "subclass-of-an-abstract-base-overrides": """
        class Base(nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent

        class Special(Base):
            def __call__(self, x):
                return 0

            def forward(self, x):
                return x
        """,
    "subclass-has-another-attribute": """
        class Base(nn.Module):
            def __init__(self):
                super().__init__()
                self.part = Net()

            def run(self, x):
                return self.part.forward(x)  # -> likely

        class Special(Base):
            def __init__(self):
                super().__init__()
                self.part = Custom()
        """,
    "subclass-has-another-property": """
        class Base(nn.Module):
            @property
            def part(self):
                return Net()

            def run(self, x):
                return self.part.forward(x)  # -> likely

        class Special(Base):
            @property
            def part(self):
                return Custom()
        """,
    "subclass-overrides-but-the-object-was-built-here": """
        class Base(nn.Module):
            pass

        class Special(Base):
            def __call__(self, x):
                return 0

        Base().forward(1)  # -> safe
        """,
    "one-of-two-classes": """
        net = Net() if torch.cuda.is_available() else Custom()
        net.forward(1)  # -> silent
        """,
    "elements-of-a-container": """
        parts = nn.ModuleList([Net(), Custom()])
        for part in parts:
            part.forward(1)  # -> silent
        """,
    "isinstance-of-the-base": """
        parts = [Net(), Custom()]
        for part in parts:
            if isinstance(part, nn.Module):
                part.forward(1)  # -> silent
        """,
}

NOT_MODULES = {
    "plain-dict-of-classes-with-static-forward": """
        class Op:
            @staticmethod
            def forward(x):
                return x

        class Other(torch.autograd.Function):
            pass

        OPS = {"op": Op, "other": Other}

        def run(name, x):
            return OPS[name].forward(x)  # -> silent
        """,
    "class-of-a-module": """
        Net.forward(Net(), 1)  # -> silent
        """,
    "autograd-function": """
        from torch.autograd import Function

        class Op(Function):
            @staticmethod
            def forward(ctx, x):
                return x

        Op.forward(None, 1)  # -> silent
        Op().forward(None, 1)  # -> silent
        """,
    "extension-loaded": """
        from torch.utils.cpp_extension import load

        kernel = load("kernel", ["kernel.cpp"])
        kernel.forward(1)  # -> silent
        """,
    "extension-imported": """
        import kernel_cuda

        class Op(nn.Module):
            def forward(self, x):
                return kernel_cuda.forward(x)  # -> silent
        """,
    "torch-classes": """
        op = torch.classes.lib.Op()
        op.forward(1)  # -> silent
        torch.ops.lib.forward(1)  # -> silent
        """,
    "object-new": """
        net = object.__new__(Net)
        net.forward(1)  # -> silent
        """,
    "class-new": """
        net = Net.__new__(Net)
        net.forward(1)  # -> silent
        """,
    "simple-namespace": """
        from types import SimpleNamespace

        net = SimpleNamespace(forward=abs)
        net.forward(1)  # -> silent
        """,
    "mock": """
        from unittest.mock import MagicMock

        net = MagicMock(spec=Net)
        net.eval()
        net.forward(1)  # -> silent
        """,
    "stub-in-place-of-an-attribute": """
        from types import SimpleNamespace

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.head = nn.Linear(2, 2)

        def test():
            model = Model()
            model.head = SimpleNamespace(forward=abs)
            model.head.forward(1)  # -> silent
        """,
    "rpc": """
        from torch.distributed import rpc

        ref = rpc.remote("worker", Net)
        ref.rpc_sync().forward(1)  # -> silent
        """,
    "ray-actor": """
        import ray

        @ray.remote
        class Actor(nn.Module):
            pass

        actor = Actor.remote()
        actor.forward(1)  # -> silent
        """,
    "protocol": """
        from typing import Protocol

        class HasForward(Protocol):
            def forward(self, x): ...

        def run(net: HasForward, x):
            return net.forward(x)  # -> silent
        """,
    "plain": """
        Plain().forward(1)  # -> silent
        """,
    "method-reference": """
        net = Net()
        net.forward.forward(1)  # -> silent
        """,
    "factory-with-a-foreign-decorator": """
        import lib

        @lib.remote
        def build():
            return Net()

        build().forward(1)  # -> likely
        """,
    "metaclass-that-builds-something-else": """
        class Meta(type):
            def __call__(cls, *args):
                return 0

        class Model(nn.Module, metaclass=Meta):
            pass

        Model().forward(1)  # -> silent
        """,
    "super": """
        class Sub(Net):
            def forward(self, x):
                return super().forward(x) + super(Sub, self).forward(x) + Net.forward(self, x)  # -> silent
        """,
}

FOREIGN = {
    "flax": """
        from flax import linen as nn

        class Net(nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "flax-nnx": """
        from flax.nnx import Module

        class Net(Module):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "keras": """
        from tensorflow import keras

        class Net(keras.Model):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "chainer": """
        import chainer.links as L

        net = L.Linear(2, 2)
        net.forward(1)  # -> silent
        """,
    "same-name-in-the-project": """
        class Module:
            pass

        class nn:
            Module = Module

        class Net(nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "torch-or-flax": """
        try:
            from torch import nn
        except ImportError:
            from flax import linen as nn

        class Net(nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "torch-or-a-stand-in": """
        try:
            from torch import nn
            Module = nn.Module
        except ImportError:
            Module = object

        class Net(Module):
            def run(self, x):
                return self.forward(x)  # -> safe
        """,
    "rllib": """
        from ray.rllib.models.torch.torch_modelv2 import TorchModelV2
        from torch import nn

        class Net(TorchModelV2, nn.Module):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
    "gpytorch": """
        import gpytorch

        class Model(gpytorch.models.ExactGP):
            def run(self, x):
                return self.forward(x)  # -> silent
        """,
}

SCRIPTED = {
    "interface": """
        @torch.jit.interface
        class Layer(nn.Module):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                pass

        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = nn.ModuleList([Net()])

            def run(self, x):
                layer: Layer = self.layers[0]
                return layer.forward(x)  # -> unsafe
        """,
    "is-scripting": """
        class Model(nn.Module):
            def run(self, x):
                if torch.jit.is_scripting():
                    return self.forward(x)  # -> unsafe
                return self.forward(x)  # -> safe
        """,
    "not-is-scripting": """
        class Model(nn.Module):
            def run(self, x):
                if not torch.jit.is_scripting():
                    return self.forward(x)  # -> unsafe
                return x
        """,
    "exported": """
        class Model(nn.Module):
            @torch.jit.export
            def run(self, x):
                return self.forward(x)  # -> unsafe
        """,
    "script-module": """
        net = torch.jit.script(Net())
        net.forward(1)  # -> unsafe
        """,
    "own-forward": """
        class Model(nn.Module):
            def forward(self, x):
                return self.forward(x[1:])  # -> unsafe
        """,
    "before-the-base-is-ready": """
        class Model(nn.Module):
            def __init__(self):
                self.forward(0)  # -> unsafe
                super().__init__()
                self.forward(0)  # -> safe
        """,
}


def cases(*tables: dict[str, str]) -> list[object]:
    return [pytest.param(text, id=name) for table in tables for name, text in table.items()]


@pytest.mark.parametrize("text", cases(HOOKS, BOUND, OWN_CALL, NOT_MODULES, SCRIPTED))
def test_trap(tmp_path: pathlib.Path, text: str) -> None:
    check(tmp_path, {"trap.py": with_net(text)})


@pytest.mark.parametrize("text", cases(FOREIGN))
def test_trap_of_another_framework(tmp_path: pathlib.Path, text: str) -> None:
    check(tmp_path, {"trap.py": text})
