"""What TorchScript compiles in the old spelling it compiles in the new one, but for what the pages name."""

from __future__ import annotations

import warnings

import pytest
import torch

from flake8_torchstyle.runtime.alias_rows import alias_rows
from flake8_torchstyle.runtime.cases import Row, builder

ROWS = [row for row in alias_rows() if row.thorough]
# The documented function's schema wants tensors of lengths; the rule's page says so.
KNOWN = {"torch.ctc_loss"}


def scripts(source: str) -> bool:
    network = builder(source)()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            torch.jit.script(network)
        except RuntimeError:
            return False
    return True


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_what_scripts_before_the_fix_scripts_after(row: Row) -> None:
    cases = [case for case in row.cases() if case.is_rewritten]
    assert cases
    worse = [case.form for case in cases if scripts(case.old) and not scripts(case.new)]
    assert bool(worse) == (row.name in KNOWN), worse
