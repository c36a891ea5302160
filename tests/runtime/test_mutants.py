"""A wrong mapping in the alias table does not pass the proof. All mutants: `python -m tests.runtime.mutants`."""

from __future__ import annotations

import pytest

from .mutants import Mutant, mutants, noticed

EVERY = 29
# Functions of two arguments that may change places, and a parameter of which only the value 1 is rewritten.
EQUIVALENT = {
    ("torch.cosine_embedding_loss", "input1 and input2 swapped"),
    ("torch._C._nn.elu", "scale and input_scale swapped"),
    ("torch._C._nn.huber_loss", "input and target swapped"),
    ("torch._C._nn.mse_loss", "input and target swapped"),
    ("torch._C._nn.smooth_l1_loss", "input and target swapped"),
}
ALL = list(mutants())


def test_every_mapping_has_mutants() -> None:
    kinds = {mutant.change.rpartition(" ")[2] for mutant in ALL}
    assert kinds == {"swapped", "dropped", "shifted", "added"}
    assert {(mutant.row, mutant.change) for mutant in ALL} >= EQUIVALENT


@pytest.mark.parametrize(
    "mutant",
    [mutant for mutant in ALL[::EVERY] if (mutant.row, mutant.change) not in EQUIVALENT],
    ids=lambda mutant: f"{mutant.row}: {mutant.change}",
)
def test_noticed(mutant: Mutant) -> None:
    assert noticed(mutant)
