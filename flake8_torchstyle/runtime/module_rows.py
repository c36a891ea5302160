"""The rows of the module table: every form of building and calling every module that promises a rewrite.

A row of samples spells the constructor's arguments and, after `->`, those of the call; see `samples.py` for the words.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from ..torch_api.modules import MODULES
from .cases import Case, Row, forms, make_case
from .samples import SKIPPED, Sample, parse

_INPUT = "-> input=f4x3"
_INPLACE = "inplace?=True -> input=f4x3"
_POOL = "stride?=2 padding?=1 dilation?=1"
_AVERAGE = "kernel_size=3 stride?=2 padding?=1 ceil_mode?=True count_include_pad?=False"
_IMAGES = {1: "input=f4x3x8", 2: "input=f4x3x8x8", 3: "input=f4x3x5x5x5"}
_DROPOUT = "p?=0.3 inplace?=True -> input=f4x3x2x2"


def _reduced(call: str, before: str = "", after: str = "", legacy: bool = True) -> str:
    """A loss with each reduction, and with the flags that said the same before."""
    flags = ["reduction?='none'", "reduction?='sum'"]
    flags += ["size_average?=False reduce?=True reduction?='mean'"] if legacy else []
    return " | ".join(f"{before} {flag} {after} -> {call}" for flag in flags)


def _paired(after: str = "", before: str = "", target: str = "n4x3") -> str:
    return _reduced(f"input=f4x3 target={target}", before, after)


_SAMPLES = {
    "AdaptiveAvgPool1d": "output_size=2 -> input=f4x3x8",
    "AdaptiveAvgPool2d": "output_size=(2,3) -> input=f4x3x8x8",
    "AdaptiveAvgPool3d": "output_size=2 -> input=f4x3x5x5x5",
    "AdaptiveMaxPool1d": "output_size=2 return_indices?=True -> input=f4x3x8",
    "AdaptiveMaxPool2d": "output_size=(2,3) return_indices?=True -> input=f4x3x8x8",
    "AdaptiveMaxPool3d": "output_size=2 return_indices?=False -> input=f4x3x5x5x5",
    "AlphaDropout": "p?=0.3 inplace?=False -> input=f4x3x2x2",
    "AvgPool1d": f"{_AVERAGE} -> {_IMAGES[1]}",
    "AvgPool2d": f"{_AVERAGE} divisor_override?=2 -> {_IMAGES[2]}",
    "AvgPool3d": f"{_AVERAGE} divisor_override?=2 -> {_IMAGES[3]}",
    "BCELoss": _reduced("input=p4x3 target=p4x3", "weight?=p4x3"),
    "BCEWithLogitsLoss": _reduced("input=f4x3 target=p4x3", "weight?=p4x3", "pos_weight?=p3"),
    "CELU": "alpha?=0.7 inplace?=True -> input=f4x3",
    "CTCLoss": "blank?=4 reduction?='sum' zero_infinity?=True -> "
    "log_probs=l6x4x5 targets=i4x2<4 input_lengths=(6,5,6,4) target_lengths=(2,1,2,2)",
    "CircularPad1d": "padding=(1,2) -> input=f4x3x8 | padding=1 -> input=f4x3x8",
    "CircularPad2d": "padding=1 -> input=f4x3x8x8",
    "CircularPad3d": "padding=1 -> input=f4x3x5x5x5",
    "ConstantPad1d": "padding=(1,2) value=0.5 -> input=f4x3x8",
    "ConstantPad2d": "padding=1 value=0.5 -> input=f4x3x8x8",
    "ConstantPad3d": "padding=1 value=2 -> input=f4x3x5x5x5",
    "CosineEmbeddingLoss": _reduced("input1=f4x3 input2=f4x3 target=s4", "margin?=0.2"),
    "CosineSimilarity": "dim?=0 eps?=1e-4 -> x1=f4x3 x2=f4x3",
    "CrossEntropyLoss": "weight?=p3 size_average?=None ignore_index?=1 reduce?=None reduction?='sum' "
    "label_smoothing?=0.1 -> input=f4x3 target=i4<3 | weight?=p3 size_average?=False ignore_index?=1 reduce?=True -> "
    "input=f4x3 target=i4<3",
    "Dropout": _DROPOUT,
    "Dropout1d": "p?=0.3 inplace?=True -> input=f4x3x8",
    "Dropout2d": _DROPOUT,
    "Dropout3d": "p?=0.3 inplace?=True -> input=f4x3x2x2x2",
    "ELU": "alpha?=0.7 inplace?=True -> input=f4x3",
    "FeatureAlphaDropout": "p?=0.3 inplace?=False -> input=f4x3x2x2",
    "Flatten": "start_dim?=0 end_dim?=1 -> input=f4x3x2x2",
    "Fold": "output_size=(3,3) kernel_size=2 dilation?=1 padding?=0 stride?=1 -> input=f4x12x4",
    "FractionalMaxPool2d": "kernel_size=2 output_size?=3 output_ratio?=None return_indices?=True -> input=f4x3x8x8 | "
    "kernel_size=2 output_size?=None output_ratio?=0.5 -> input=f4x3x8x8",
    "FractionalMaxPool3d": "kernel_size=2 output_size?=2 output_ratio?=None return_indices?=True -> input=f4x3x5x5x5 | "
    "kernel_size=2 output_size?=None output_ratio?=0.5 -> input=f4x3x5x5x5",
    "GELU": "approximate?='tanh' -> input=f4x3",
    "GLU": "dim?=0 -> input=f4x6",
    "GaussianNLLLoss": "full?*=True eps?*=1e-4 reduction?*='sum' -> input=f4x3 target=n4x3 var=p4x3",
    "Hardshrink": "lambd?=0.3 -> input=f4x3",
    "Hardsigmoid": _INPLACE,
    "Hardswish": _INPLACE,
    "Hardtanh": "min_val?=-0.5 max_val?=0.7 inplace?=True -> input=f4x3",
    "HingeEmbeddingLoss": _reduced("input=f4x3 target=s4x3", "margin?=0.7"),
    "HuberLoss": "reduction?='sum' delta?=0.4 -> input=f4x3 target=n4x3",
    "KLDivLoss": _reduced("input=l4x3 target=l4x3", "", "log_target?=True"),
    "L1Loss": _paired(),
    "LPPool1d": f"norm_type=2 kernel_size=3 stride?=2 ceil_mode?=True -> {_IMAGES[1]}",
    "LPPool2d": f"norm_type=2.5 kernel_size=3 stride?=2 ceil_mode?=True -> {_IMAGES[2]}",
    "LPPool3d": f"norm_type=2 kernel_size=3 stride?=2 ceil_mode?=True -> {_IMAGES[3]}",
    "LeakyReLU": "negative_slope?=0.2 inplace?=True -> input=f4x3",
    "LocalResponseNorm": "size=2 alpha?=0.1 beta?=0.5 k?=2.0 -> input=f4x3x8",
    "LogSigmoid": _INPUT,
    "LogSoftmax": "dim?=1 -> input=f4x3",
    "MSELoss": _paired(),
    "MarginRankingLoss": _reduced("input1=f4 input2=f4 target=s4", "margin?=0.2"),
    "MaxPool1d": f"kernel_size=3 {_POOL} return_indices?=True ceil_mode?=True -> {_IMAGES[1]}",
    "MaxPool2d": f"kernel_size=3 {_POOL} return_indices?=True ceil_mode?=True -> {_IMAGES[2]}",
    "MaxPool3d": f"kernel_size=3 {_POOL} return_indices?=False ceil_mode?=True -> {_IMAGES[3]}",
    "MaxUnpool1d": "kernel_size=2 stride?=2 padding?=0 -> input=f4x3x3 indices=i4x3x3<6 output_size?=[7]",
    "MaxUnpool2d": "kernel_size=2 stride?=2 padding?=0 -> input=f4x3x2x2 indices=i4x3x2x2<16 output_size?=[5,5]",
    "MaxUnpool3d": "kernel_size=2 stride?=2 padding?=0 -> input=f4x3x2x2x2 indices=i4x3x2x2x2<64 output_size?=[5,5,5]",
    "Mish": _INPLACE,
    "MultiLabelMarginLoss": _paired(target="i4x3<3"),
    "MultiLabelSoftMarginLoss": _reduced("input=f4x3 target=p4x3", "weight?=p3"),
    "MultiMarginLoss": _reduced("input=f4x3 target=i4<3", "p?=2 margin?=0.7 weight?=p3"),
    "NLLLoss": "weight?=p3 size_average?=None ignore_index?=1 reduce?=None reduction?='sum' -> input=l4x3 target=i4<3",
    "NLLLoss2d": "weight?=p3 size_average?=None ignore_index?=1 -> input=l4x3 target=i4<3",
    "PairwiseDistance": "p?=3.0 eps?=1e-4 keepdim?=True -> x1=f4x3 x2=f4x3",
    "PixelShuffle": "upscale_factor=2 -> input=f4x8x2x2",
    "PixelUnshuffle": "downscale_factor=2 -> input=f4x2x4x4",
    "PoissonNLLLoss": "log_input?=False full?=True size_average?=None eps?=1e-4 reduce?=None reduction?='sum' -> "
    "log_input=p4x3 target=p4x3",
    "RReLU": "lower?=0.1 upper?=0.3 inplace?=True -> input=f4x3",
    "ReLU": _INPLACE,
    "ReLU6": _INPLACE,
    "ReflectionPad1d": "padding=1 -> input=f4x3x8",
    "ReflectionPad2d": "padding=[1,2,0,1] -> input=f4x3x8x8",
    "ReflectionPad3d": "padding=1 -> input=f4x3x5x5x5",
    "ReplicationPad1d": "padding=1 -> input=f4x3x8",
    "ReplicationPad2d": "padding=1 -> input=f4x3x8x8",
    "ReplicationPad3d": "padding=1 -> input=f4x3x5x5x5",
    "SELU": _INPLACE,
    "SiLU": _INPLACE,
    "Sigmoid": _INPUT,
    "SmoothL1Loss": _paired("beta?=0.4"),
    "SoftMarginLoss": _paired(target="s4x3"),
    "Softmax": "dim?=1 -> input=f4x3",
    "Softmax2d": "-> input=f4x3x2x2",
    "Softmin": "dim?=1 -> input=f4x3",
    "Softplus": "beta?=2 threshold?=1 -> input=f4x3",
    "Softshrink": "lambd?=0.3 -> input=f4x3",
    "Softsign": _INPUT,
    "Tanh": _INPUT,
    "Tanhshrink": _INPUT,
    "Threshold": "threshold=0.1 value=0.7 inplace?=True -> input=f4x3",
    "TripletMarginLoss": _reduced("anchor=f4x3 positive=f4x3 negative=f4x3", "margin?=0.7 p?=3.0 eps?=1e-5 swap?=True"),
    "TripletMarginWithDistanceLoss": "margin?*=0.7 swap?*=True reduction?*='sum' -> "
    "anchor=f4x3 positive=f4x3 negative=f4x3",
    "Unflatten": "dim=1 unflattened_size=(3,2) -> input=f4x6",
    "Unfold": "kernel_size=2 dilation?=1 padding?=1 stride?=2 -> input=f4x3x4x4",
    "Upsample": "size?=None scale_factor?=2 mode?='bilinear' align_corners?=True recompute_scale_factor?=True -> "
    "input=f4x3x4x4 | size?=7 -> input=f4x3x4x4 | size?=None scale_factor?=(1.5,2) -> input=f4x3x4x4",
    "UpsamplingBilinear2d": "size?=None scale_factor?=1.5 -> input=f4x3x4x4 | size?=(7,5) -> input=f4x3x4x4",
    "UpsamplingNearest2d": "size?=None scale_factor?=2 -> input=f4x3x4x4 | size?=(7,5) -> input=f4x3x4x4",
    "ZeroPad1d": "padding=1 -> input=f4x3x8",
    "ZeroPad2d": "padding=(1,2,0,1) -> input=f4x3x8x8",
    "ZeroPad3d": "padding=1 -> input=f4x3x5x5x5",
}


# The form that is run over all dtypes, modes and inputs; the others differ in the writing only and are run once.
_THOROUGH = frozenset({"positional", "without arguments"})


def module_rows() -> Iterator[Row]:
    """Two rows for each module, by its absolute name: forms that are run thoroughly, and the others."""
    for name, row in MODULES.items():
        rule = "TS302" if row.training else "TS301"
        function = row.targets[0].rpartition(".")[2]
        skipped = {setting: why for (skipping, setting), why in SKIPPED.items() if skipping == function}
        yield Row(rule, name, functools.partial(_cases, name, rule, True), skipped=skipped)
        other = functools.partial(_cases, name, rule, False)
        yield Row(rule, f"{name}, other forms", other, thorough=False, traced=False, skipped=skipped)


def _cases(name: str, rule: str, thorough: bool) -> list[Case]:
    return [case for case in module_cases(name, rule) if (case.form in _THOROUGH) == thorough]


def module_cases(name: str, rule: str) -> list[Case]:
    """Every form of building a module and calling it, and both with arguments whose order of evaluation has to stay."""
    found: list[Case] = []
    for number, (built, called) in enumerate(_samples(name.rpartition(".")[2])):
        for form, call in _calls(name, built, called):
            found.append(make_case(rule, name, f"{form} #{number}" if number else form, (*built, *called), call))
    return found


def _samples(name: str) -> Iterator[tuple[Sample, Sample]]:
    for text in _SAMPLES[name].split("|"):
        built, _, called = text.partition("->")
        yield parse(built)[0], parse(called)[0]


def _calls(name: str, built: Sample, called: Sample) -> Iterator[tuple[str, str]]:
    by_position, by_keyword = (text for _, text in list(forms(called))[:2])
    for form, text in forms(built) if built else [("without arguments", "")]:
        yield form, f"{name}({text})({by_position})"
    yield "called by keyword", f"{name}({dict(forms(built)).get('keyword', '')})({by_keyword})"
    yield "`.forward`", f"{name}({dict(forms(built)).get('positional', '')}).forward({by_position})"
    if built:
        in_order = ", ".join(f"{a.name}=(lambda: {a.text})()" for a in built)
        yield "evaluated in order", f"{name}({in_order})({', '.join(f'(lambda: {a.text})()' for a in called)})"
