"""The parameters of documented functions against the installed torch."""

from __future__ import annotations

import pytest

from flake8_torchstyle.torch_api.documented import DOCUMENTED

from .functions import by_position, parameters_of


@pytest.mark.parametrize("name", DOCUMENTED)
def test_parameters_are_the_functions(name: str) -> None:
    positional, _, keyword_only = DOCUMENTED[name].partition(" * ")
    assert [*positional.split(), *keyword_only.split()] == list(parameters_of(name))
    assert positional.split() == by_position(name)
