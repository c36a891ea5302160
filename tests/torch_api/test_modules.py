"""The table of modules against the installed torch: state, signatures, defaults, functions, the mode they are in."""

from __future__ import annotations

import inspect
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from flake8_torchstyle.torch_api.modules import MODULES, WITHOUT_FUNCTION, lookup_module
from flake8_torchstyle.torch_api.throwaway import Form, ModuleRow

from .functions import REQUIRED, normal, parameters_of

CLASSES = {name: cls for name, cls in vars(nn).items() if isinstance(cls, type) and issubclass(cls, nn.Module)}
ROWS = [pytest.param(name.rpartition(".")[2], row, id=name.rpartition(".")[2]) for name, row in MODULES.items()]
DOCUMENTED = json.loads((pathlib.Path(__file__).parent / "documented_names.json").read_text())["functional"]
# Values for constructors' required parameters, by name; what a class calls its own way stands in `ARGUMENTS`.
VALUES: dict[str, Any] = {
    "output_ratio": 0.5,
    "module": nn.Linear(2, 2),
    "encoder_layer": nn.TransformerEncoderLayer(4, 2, 4),
    "decoder_layer": nn.TransformerDecoderLayer(4, 2, 4),
    "mode": "RNN_TANH",
    "bias": True,
    "cutoffs": [2],
    "n_classes": 5,
    "unflattened_size": (2, 2),
}
ARGUMENTS: dict[str, tuple[Any, ...]] = dict.fromkeys(("RNN", "LSTM", "GRU"), (4, 4))


def instances(cls: type[nn.Module]) -> Iterator[nn.Module]:
    """An object with every default, and one with each flag of the constructor the other way round."""
    name = cls.__name__
    parameters = [] if name in ARGUMENTS else list(inspect.signature(cls.__init__).parameters.values())[1:]
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    given = {p.name: VALUES.get(p.name, 4) for p in named if p.default is REQUIRED}
    if name.startswith("FractionalMaxPool"):
        given["output_ratio"] = 0.5
    if name.startswith("Transformer") and "num_encoder_layers" in {p.name for p in named}:
        given |= {"d_model": 4, "nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 4}
    yield cls(*ARGUMENTS.get(name, ()), **given)
    for parameter in named:
        if isinstance(parameter.default, bool):
            yield cls(**{**given, parameter.name: not parameter.default})


def holds_state(cls: type[nn.Module]) -> bool:
    """Whether objects of a class can have parameters or buffers."""
    return any([*made.parameters(), *made.buffers()] for made in instances(cls))


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_has_a_verdict(name: str) -> None:
    listed = (lookup_module(f"torch.nn.{name}") is not None) + (name in WITHOUT_FUNCTION)
    assert listed == (0 if holds_state(CLASSES[name]) else 1)


def test_the_table_holds_nothing_else() -> None:
    assert {name.rpartition(".")[2] for name in MODULES} | set(WITHOUT_FUNCTION) <= set(CLASSES)


@pytest.mark.parametrize("name, row", ROWS)
def test_constructor_parameters_are_the_class(name: str, row: ModuleRow) -> None:
    parameters = list(inspect.signature(CLASSES[name].__init__).parameters.values())[1:]
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if len(named) < len(parameters):
        assert CLASSES[name].__init__ is nn.Module.__init__
    assert [(p.name, p.required, p.keyword_only) for p in row.constructor] == [
        (p.name, p.default is REQUIRED, p.kind is p.KEYWORD_ONLY) for p in named
    ]


@pytest.mark.parametrize("name, row", ROWS)
def test_call_parameters_are_those_of_forward(name: str, row: ModuleRow) -> None:
    parameters = list(inspect.signature(CLASSES[name].forward).parameters.values())[1:]
    assert [(p.name, p.required) for p in row.call] == [(p.name, p.default is REQUIRED) for p in parameters]


@pytest.mark.parametrize("name, row", ROWS)
def test_function_is_documented(name: str, row: ModuleRow) -> None:
    for target in row.targets:
        namespace, _, function = target.rpartition(".")
        assert callable(getattr(torch if namespace == "torch" else nn.functional, function))
        assert namespace == "torch" or function in DOCUMENTED


@pytest.mark.parametrize("name, row", ROWS)
def test_every_parameter_has_a_counterpart(name: str, row: ModuleRow) -> None:
    function = parameters_of(row.targets[0].rpartition(".")[2])
    handed_on = [p for p in (*row.call, *row.constructor) if p.form not in (Form.IGNORED, Form.OBSOLETE)]
    targets = [p.target for p in handed_on] + [name for name, _ in row.added]
    assert len(set(targets)) == len(targets) and set(targets) <= set(function)
    required = {name for name, default in function.items() if default is REQUIRED}
    given = {p.target for p in (*row.call, *row.constructor) if p.required} | {name for name, _ in row.added}
    assert required <= given


@pytest.mark.parametrize("name, row", ROWS)
def test_defaults_are_shared_or_spelled(name: str, row: ModuleRow) -> None:
    function = parameters_of(row.targets[0].rpartition(".")[2])
    constructor = inspect.signature(CLASSES[name].__init__).parameters
    for parameter in row.constructor:
        if parameter.required or parameter.form in (Form.IGNORED, Form.OBSOLETE):
            continue
        default = constructor[parameter.name].default
        if parameter.spelled is None:
            assert normal(default) == normal(function[parameter.target])
        else:
            assert repr(default) == parameter.spelled != repr(function[parameter.target])


@pytest.mark.parametrize("name, row", ROWS)
def test_training_is_whether_forward_asks_for_it(name: str, row: ModuleRow) -> None:
    assert ("self.training" in inspect.getsource(CLASSES[name].forward)) == row.training


@pytest.mark.parametrize(
    "name", ["torch.nn.Softmax", "torch.nn.modules.Softmax", "torch.nn.modules.activation.Softmax"]
)
def test_a_class_is_found_wherever_torch_has_it(name: str) -> None:
    assert lookup_module(name) is MODULES["torch.nn.Softmax"]
    assert lookup_module(f"{name}1d") is None
