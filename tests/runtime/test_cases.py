"""The programs of the proof: forms of a call, rows, and that every row has a case that the fixer rewrites."""

from __future__ import annotations

import pytest

from flake8_torchstyle.rules import known_codes
from flake8_torchstyle.runtime.cases import Row, forms, make_case
from flake8_torchstyle.runtime.rows import rows_of
from flake8_torchstyle.runtime.samples import parse

ROWS = rows_of(None)


def test_forms() -> None:
    (sample,) = parse("input=f2x3 dim=1 dtype?=None log?*=True")
    assert dict(forms(sample)) == {
        "positional": "input, 1, None, log=True",
        "keyword": "input=input, dim=1, dtype=None, log=True",
        "mixed": "input, 1, dtype=None, log=True",
        "defaults left out": "input, 1",
    }


def test_a_case_goes_through_the_fixer() -> None:
    (sample,) = parse("input=f2x3 p=0.3 train=True")
    case = make_case("TS201", "torch.dropout", "keyword", sample, "torch.dropout(input=input, p=0.3, train=True)")
    assert "F.dropout(input=input, p=0.3, training=True)" in case.new
    assert case.is_rewritten and [spec.shape for spec in case.tensors] == [(2, 3)]


def test_names_of_rows_are_unique() -> None:
    names = [(row.rule, row.name) for row in ROWS]
    assert len(names) == len(set(names))
    assert {row.rule for row in ROWS} <= set(known_codes())


@pytest.mark.parametrize("row", [row for row in ROWS if row.thorough], ids=lambda row: row.name)
def test_a_row_has_cases_that_are_rewritten(row: Row) -> None:
    assert any(case.is_rewritten for case in row.cases())
