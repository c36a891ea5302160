"""The rows of TS101: `.forward` of the layers an MLP is made of, each with something a call could get wrong.

Buffers changed in place, random numbers drawn, tuples returned, keywords, submodules, items of containers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from .cases import Case, Row, forms, make_case
from .samples import parse

# Layer and the sample of its call.
_LAYERS = {
    "torch.nn.Linear(6, 3)": "input=f4x6",
    "torch.nn.BatchNorm1d(6)": "input=f4x6",
    "torch.nn.Dropout(0.5)": "input=f4x6",
    "torch.nn.ReLU(inplace=True)": "input=f4x6",
    "torch.nn.GRU(6, 3, batch_first=True)": "input=f2x5x6",
    "torch.nn.Bilinear(6, 5, 3)": "input1=f4x6 input2=f4x5",
    "torch.nn.Embedding(7, 3)": "input=i4x2<7",
    "torch.nn.CrossEntropyLoss(reduction='sum')": "input=f4x6 target=i4<6",
    "torch.nn.Sequential(torch.nn.Linear(6, 6), torch.nn.BatchNorm1d(6), torch.nn.Dropout(0.5))": "input=f4x6",
}


def forward_rows() -> Iterator[Row]:
    """A row for each layer."""
    for layer, sample in _LAYERS.items():
        yield Row("TS101", f"{layer}.forward", functools.partial(_cases, layer, sample))


def _cases(layer: str, text: str) -> list[Case]:
    (sample,) = parse(text)
    return [
        make_case("TS101", f"{layer}.forward", form, sample, f"self.layer.forward({arguments})", layer)
        for form, arguments in forms(sample)
    ]
