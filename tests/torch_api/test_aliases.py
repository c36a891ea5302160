"""The alias table against the installed torch: names, operator schemas, signatures, identity, defaults."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from flake8_torchstyle.torch_api.aliases import ALIASES, lookup
from flake8_torchstyle.torch_api.mapping import Alias, Verdict

from .functions import REQUIRED, normal, parameters_of

NAMES = json.loads((pathlib.Path(__file__).parent / "documented_names.json").read_text())
DOCUMENTED_ON_BOTH = {"sigmoid", "tanh"}
NAMESPACES = {"torch": torch, "torch._C._nn": torch._C._nn}
OWN = [
    pytest.param(qualified, alias, id=qualified)
    for qualified, alias in ALIASES.items()
    if qualified.rpartition(".")[0] in NAMESPACES
]
MAPPED = [case for case in OWN if case.values[1].documented]
# What the operator calls these enumerations in the documented function; its own are integers.
ENUMERATIONS = {"reduction": {0: "none", 1: "mean", 2: "sum"}}


def resolve(qualified: str) -> Any:
    namespace, _, name = qualified.rpartition(".")
    return getattr(NAMESPACES[namespace], name)


def schemas(qualified: str) -> list[Any]:
    """The operator's overloads that the Python function reaches, without those that write to `out`."""
    packet = getattr(torch.ops.aten, qualified.rpartition(".")[2])
    overloads = [getattr(packet, name)._schema for name in packet.overloads()]
    return [s for s in overloads if not any(a.is_out for a in s.arguments)]


def test_no_undocumented_name_is_missed() -> None:
    candidates = {n for n in NAMES["functional"] if hasattr(torch, n)} - DOCUMENTED_ON_BOTH
    assert {n for n in candidates if lookup(f"torch.{n}") is None} == set()
    assert candidates | DOCUMENTED_ON_BOTH == set(NAMES["on_torch_2_13"])


def test_no_private_name_is_missed() -> None:
    private = {n for n in dir(torch._C._nn) if n in NAMES["functional"]}
    assert {n for n in private if lookup(f"torch._C._nn.{n}") is None} == set()


def test_names_documented_on_both_pages_are_left_alone() -> None:
    assert not any(lookup(f"torch.{name}") for name in DOCUMENTED_ON_BOTH)


@pytest.mark.parametrize("namespace", ["torch._VF", "torch._C._VariableFunctions"])
def test_private_namespaces_hold_the_functions_of_torch(namespace: str) -> None:
    module = torch._VF if namespace == "torch._VF" else torch._C._VariableFunctions
    rows = {q: a for q, a in ALIASES.items() if q.rpartition(".")[0] == namespace}
    assert len(rows) == sum(q.rpartition(".")[0] == "torch" for q in ALIASES)
    for qualified, alias in rows.items():
        name = qualified.rpartition(".")[2]
        assert getattr(module, name) is getattr(torch, name)
        assert alias == ALIASES[f"torch.{name}"]


@pytest.mark.parametrize("qualified, alias", OWN)
def test_target_exists(qualified: str, alias: Alias) -> None:
    assert callable(getattr(F, alias.target))
    # `channel_shuffle` is on the functional module with a docstring; the documentation lists just its class.
    assert alias.target in NAMES["functional"] or alias.target == "channel_shuffle"


@pytest.mark.parametrize("qualified, alias", OWN)
def test_verdict_says_whether_it_is_the_same_object(qualified: str, alias: Alias) -> None:
    assert (resolve(qualified) is getattr(F, alias.target)) == (alias.verdict is Verdict.SAME_OBJECT)


@pytest.mark.parametrize("qualified, alias", MAPPED)
def test_parameters_are_the_operators(qualified: str, alias: Alias) -> None:
    found = [(p.name, p.required, p.keyword_only) for p in alias.parameters]
    for schema in schemas(qualified):
        wanted = [
            ("input" if a.name == "self" else a.name, not a.has_default_value(), a.kwarg_only) for a in schema.arguments
        ]
        assert found == wanted


@pytest.mark.parametrize("qualified, alias", MAPPED)
def test_every_parameter_has_a_counterpart(qualified: str, alias: Alias) -> None:
    for parameter in alias.parameters:
        droppable = parameter.values is not None and parameter.values.absent
        assert parameter.target in alias.documented or droppable
    assert all(name in alias.documented for name, _ in alias.added)


@pytest.mark.parametrize("qualified, alias", MAPPED)
def test_required_documented_parameters_are_given(qualified: str, alias: Alias) -> None:
    required = {name for name, default in parameters_of(alias.target).items() if default is REQUIRED}
    assert required <= {p.target for p in alias.parameters if p.required}


@pytest.mark.parametrize("qualified, alias", MAPPED)
def test_defaults_mean_the_same(qualified: str, alias: Alias) -> None:
    documented = parameters_of(alias.target)
    for schema in schemas(qualified):
        for parameter, argument in zip(alias.parameters, schema.arguments, strict=True):
            if parameter.required or parameter.target not in documented:
                continue
            if parameter.values and parameter.values.explicit:
                continue
            default = documented[parameter.target]
            if parameter.values and argument.default_value in parameter.values.absent:
                assert default is None
                continue
            value = argument.default_value
            if parameter.target in ENUMERATIONS:
                value = ENUMERATIONS[parameter.target][value]
            assert normal(value) == normal(default)


def test_a_loss_without_reduction_is_not_reduced() -> None:
    """The schema says mean, the Python binding takes none: the reason why `reduction` has to be given for a fix."""
    x, y = torch.rand(4, 3), torch.rand(4, 3)
    assert "reduction=1" in str(torch.ops.aten.binary_cross_entropy_with_logits.default._schema)
    assert torch.binary_cross_entropy_with_logits(x, y).shape == (4, 3)
    assert torch._C._nn.mse_loss(x, y).shape == (4, 3)
    assert F.mse_loss(x, y).shape == ()


@pytest.mark.parametrize("qualified, alias", MAPPED)
def test_enumerations_are_torchs(qualified: str, alias: Alias) -> None:
    for parameter in alias.parameters:
        if parameter.values is None or parameter.values.words is None:
            continue
        words = {number: text.strip('"') for number, text in parameter.values.words.items()}
        if parameter.target == "reduction":
            assert all(torch.nn._reduction.get_enum(word) == number for number, word in words.items())
        else:
            assert_grid_words(parameter.target, words)


def assert_grid_words(target: str, words: dict[int, str]) -> None:
    """Each word does what the number does, and what no other number does."""
    image, grid = torch.rand(1, 1, 6, 6), torch.rand(1, 4, 4, 2) * 4 - 2
    for number, word in words.items():
        for other in words:
            numbers = (other, 0) if target == "mode" else (0, other)
            old = torch.grid_sampler(image, grid, *numbers, False)
            new = F.grid_sample(image, grid, align_corners=False, **{target: word})
            assert torch.equal(old, new) == (other == number)


SAMPLES: dict[str, Any] = {
    "input": torch.rand(1, 2, 4, 4),
    "theta": torch.rand(1, 2, 3),
    "size": [1, 1, 2, 2],
    "align_corners": False,
    "kernel_size": 2,
    "output_size": [2, 2],
    "dilation": [1, 1],
    "padding": [0, 0],
    "stride": [1, 1],
    "normalized_shape": [4],
    "threshold": 0.5,
    "value": 0.0,
    "pad": [1, 1],
}


@pytest.mark.parametrize("qualified, alias", [c for c in MAPPED if c.values[1].verdict is Verdict.SAME_PARAMETERS])
def test_takes_out_is_known(qualified: str, alias: Alias) -> None:
    """A reference to a function that takes `out` is not replaced by one that does not."""
    arguments = [SAMPLES[p.name] for p in alias.parameters if p.required]
    try:
        resolve(qualified)(*arguments, out=torch.empty(0))
    except (TypeError, RuntimeError) as error:
        takes_out = "unexpected keyword argument" not in str(error)
    else:
        takes_out = True
    assert alias.takes_out == takes_out
