"""The modules of `torch.nn` without parameters and buffers, for torch 2.13, and the functions they stand for.

A row spells the parameters of the module's call and of its constructor: `name` is required, `name?` optional,
`name?=value` optional with a default that the function does not share, `name>other` is called `other` in the function,
`name:form` is converted (see `Form`; `sides4` repeats one number four times), and what follows `*` is given by keyword
only. The tests decide from torch which modules hold state, and hold the rows against its signatures.
"""

from __future__ import annotations

import re

from .documented import DOCUMENTED
from .throwaway import Form, ModuleParameter, ModuleRow

_FUNCTIONAL = "torch.nn.functional"
_TOKEN = re.compile(r"(\w+)(\?)?(?:=(\S+?))?(?:>(\w+))?(?::([a-z]+)(\d*))?")


def _row(
    function: str,
    call: str = "input",
    constructor: str = "",
    *,
    targets: tuple[str, ...] = (),
    training: bool = False,
    unsafe: str = "",
    **added: str,
) -> ModuleRow:
    return ModuleRow(
        targets=targets or (f"{_FUNCTIONAL}.{function}",),
        constructor=_parameters(constructor),
        call=_parameters(call),
        documented=tuple(DOCUMENTED[function].partition(" * ")[0].split()),
        added=tuple(added.items()),
        training=training,
        unsafe=unsafe,
    )


def _parameters(text: str) -> tuple[ModuleParameter, ...]:
    words = text.split()
    keywords_from = words.index("*") if "*" in words else len(words)
    return tuple(_parameter(word, i > keywords_from) for i, word in enumerate(words) if word != "*")


def _parameter(word: str, keyword_only: bool) -> ModuleParameter:
    found = _TOKEN.fullmatch(word)
    if found is None:
        raise ValueError(f"not a parameter: {word}")
    name, optional, spelled, target, form, sides = found.groups()
    return ModuleParameter(
        name, target or name, optional is None, keyword_only, spelled, Form(form) if form else None, int(sides or 0)
    )


def _dropout(function: str, constructor: str = "p? inplace?") -> ModuleRow:
    return _row(function, "input", constructor, training=True)


_INPLACE = "inplace?"
_PAIR = "input target"
_TRIPLE = "anchor positive negative"
_LEGACY = "size_average? reduce? reduction?"
_POOL = "kernel_size stride? padding? dilation? return_indices? ceil_mode?"
_AVERAGE = "kernel_size stride? padding? ceil_mode? count_include_pad?"
_FRACTIONAL = "kernel_size output_size? output_ratio?:sides{} return_indices? _random_samples?"
_NORM_POOL = "norm_type:float kernel_size stride? ceil_mode?"
_UNPOOL = ("input indices output_size?", "kernel_size stride? padding?")
_WEIGHTED = "weight? size_average? ignore_index? reduce? reduction?"
_SCALED = "size? scale_factor?:ratio"


def _pads(mode: str | None, value: str = "") -> dict[int, ModuleRow]:
    rows = {n: _row("pad", "input", f"padding>pad:sides{2 * n} {value}") for n in (1, 2, 3)}
    if mode is None:
        return rows
    return {n: row._replace(added=(("mode", f'"{mode}"'),)) for n, row in rows.items()}


def _numbered(name: str, rows: dict[int, ModuleRow]) -> dict[str, ModuleRow]:
    return {f"{name}{n}d": row for n, row in rows.items()}


_ROWS = {
    # Activations.
    "CELU": _row("celu", "input", "alpha? inplace?"),
    "ELU": _row("elu", "input", "alpha? inplace?"),
    "GELU": _row("gelu", "input", "approximate?"),
    "GLU": _row("glu", "input", "dim?"),
    "Hardshrink": _row("hardshrink", "input", "lambd?"),
    "Hardsigmoid": _row("hardsigmoid", "input", _INPLACE),
    "Hardswish": _row("hardswish", "input", _INPLACE),
    "Hardtanh": _row("hardtanh", "input", "min_val? max_val? inplace? min_value?:obsolete max_value?:obsolete"),
    "LeakyReLU": _row("leaky_relu", "input", "negative_slope? inplace?"),
    "LogSigmoid": _row("logsigmoid"),
    "Mish": _row("mish", "input", _INPLACE),
    "ReLU": _row("relu", "input", _INPLACE),
    "ReLU6": _row("relu6", "input", _INPLACE),
    "SELU": _row("selu", "input", _INPLACE),
    "SiLU": _row("silu", "input", _INPLACE),
    "Sigmoid": _row("sigmoid", targets=("torch.sigmoid", f"{_FUNCTIONAL}.sigmoid")),
    "Softplus": _row("softplus", "input", "beta? threshold?"),
    "Softshrink": _row("softshrink", "input", "lambd?"),
    "Softsign": _row("softsign"),
    "Tanh": _row("tanh", targets=("torch.tanh", f"{_FUNCTIONAL}.tanh")),
    "Tanhshrink": _row("tanhshrink"),
    "Threshold": _row("threshold", "input", "threshold value inplace?"),
    # The softmax family.
    "LogSoftmax": _row("log_softmax", "input", "dim?"),
    "Softmax": _row("softmax", "input", "dim?"),
    "Softmax2d": _row("softmax", unsafe="it also refuses inputs that are not 3D or 4D", dim="-3"),
    "Softmin": _row("softmin", "input", "dim?"),
    # Pooling.
    "AvgPool1d": _row("avg_pool1d", "input", _AVERAGE),
    "FractionalMaxPool2d": _row("fractional_max_pool2d", "input", _FRACTIONAL.format(2)),
    "FractionalMaxPool3d": _row("fractional_max_pool3d", "input", _FRACTIONAL.format(3)),
    **_numbered("AdaptiveAvgPool", {n: _row(f"adaptive_avg_pool{n}d", "input", "output_size") for n in (1, 2, 3)}),
    **_numbered(
        "AdaptiveMaxPool",
        {n: _row(f"adaptive_max_pool{n}d", "input", "output_size return_indices?") for n in (1, 2, 3)},
    ),
    **_numbered("AvgPool", {n: _row(f"avg_pool{n}d", "input", f"{_AVERAGE} divisor_override?") for n in (2, 3)}),
    **_numbered("LPPool", {n: _row(f"lp_pool{n}d", "input", _NORM_POOL) for n in (1, 2, 3)}),
    **_numbered("MaxPool", {n: _row(f"max_pool{n}d", "input", _POOL) for n in (1, 2, 3)}),
    **_numbered("MaxUnpool", {n: _row(f"max_unpool{n}d", *_UNPOOL) for n in (1, 2, 3)}),
    # Losses and distances.
    "BCELoss": _row("binary_cross_entropy", _PAIR, f"weight? {_LEGACY}"),
    "BCEWithLogitsLoss": _row("binary_cross_entropy_with_logits", _PAIR, f"weight? {_LEGACY} pos_weight?"),
    "CTCLoss": _row("ctc_loss", "log_probs targets input_lengths target_lengths", "blank? reduction? zero_infinity?"),
    "CosineEmbeddingLoss": _row("cosine_embedding_loss", "input1 input2 target", f"margin? {_LEGACY}"),
    "CosineSimilarity": _row("cosine_similarity", "x1 x2", "dim? eps?"),
    "CrossEntropyLoss": _row("cross_entropy", _PAIR, f"{_WEIGHTED} label_smoothing?"),
    "GaussianNLLLoss": _row("gaussian_nll_loss", "input target var", "* full? eps? reduction?"),
    "HingeEmbeddingLoss": _row("hinge_embedding_loss", _PAIR, f"margin? {_LEGACY}"),
    "HuberLoss": _row("huber_loss", _PAIR, "reduction? delta?"),
    "KLDivLoss": _row("kl_div", _PAIR, f"{_LEGACY} log_target?"),
    "L1Loss": _row("l1_loss", _PAIR, _LEGACY),
    "MSELoss": _row("mse_loss", _PAIR, _LEGACY),
    "MarginRankingLoss": _row("margin_ranking_loss", "input1 input2 target", f"margin? {_LEGACY}"),
    "MultiLabelMarginLoss": _row("multilabel_margin_loss", _PAIR, _LEGACY),
    "MultiLabelSoftMarginLoss": _row("multilabel_soft_margin_loss", _PAIR, f"weight? {_LEGACY}"),
    "MultiMarginLoss": _row("multi_margin_loss", _PAIR, f"p? margin? weight? {_LEGACY}"),
    "NLLLoss": _row("nll_loss", _PAIR, _WEIGHTED),
    "NLLLoss2d": _row("nll_loss", _PAIR, _WEIGHTED),
    "PairwiseDistance": _row("pairwise_distance", "x1 x2", "p? eps? keepdim?"),
    "PoissonNLLLoss": _row(
        "poisson_nll_loss", "log_input>input target", "log_input? full? size_average? eps? reduce? reduction?"
    ),
    "SmoothL1Loss": _row("smooth_l1_loss", _PAIR, f"{_LEGACY} beta?"),
    "SoftMarginLoss": _row("soft_margin_loss", _PAIR, _LEGACY),
    "TripletMarginLoss": _row("triplet_margin_loss", _TRIPLE, f"margin? p? eps? swap? {_LEGACY}"),
    "TripletMarginWithDistanceLoss": _row(
        "triplet_margin_with_distance_loss", _TRIPLE, "* distance_function? margin? swap? reduction?"
    ),
    # Shapes.
    "Flatten": _row("flatten", "input", "start_dim?=1 end_dim?", targets=("torch.flatten",)),
    "Fold": _row("fold", "input", "output_size kernel_size dilation? padding? stride?"),
    "LocalResponseNorm": _row("local_response_norm", "input", "size alpha? beta? k?"),
    "PixelShuffle": _row("pixel_shuffle", "input", "upscale_factor"),
    "PixelUnshuffle": _row("pixel_unshuffle", "input", "downscale_factor"),
    "Unflatten": _row("unflatten", "input", "dim unflattened_size>sizes", targets=("torch.unflatten",)),
    "Unfold": _row("unfold", "input", "kernel_size dilation? padding? stride?"),
    "Upsample": _row("interpolate", "input", f"{_SCALED} mode? align_corners? recompute_scale_factor?"),
    "UpsamplingBilinear2d": _row("interpolate", "input", _SCALED, mode='"bilinear"', align_corners="True"),
    "UpsamplingNearest2d": _row("interpolate", "input", _SCALED, mode='"nearest"'),
    **_numbered("CircularPad", _pads("circular")),
    **_numbered("ConstantPad", _pads(None, "value")),
    **_numbered("ReflectionPad", _pads("reflect")),
    **_numbered("ReplicationPad", _pads("replicate")),
    **_numbered("ZeroPad", _pads(None)),
    # What depends on the mode; a module just built is in training mode.
    "AlphaDropout": _dropout("alpha_dropout", "p? inplace?:ignored"),
    "Dropout": _dropout("dropout"),
    "FeatureAlphaDropout": _dropout("feature_alpha_dropout", "p? inplace?:ignored"),
    "RReLU": _row("rrelu", "input", "lower? upper? inplace?", training=True),
    **_numbered("Dropout", {n: _dropout(f"dropout{n}d") for n in (1, 2, 3)}),
}

MODULES = {f"torch.nn.{name}": row for name, row in _ROWS.items()}
# Without state, but no documented function does what they do.
WITHOUT_FUNCTION = {
    "ChannelShuffle": "`torch.nn.functional.channel_shuffle` is not documented",
    "Container": "a container",
    "CrossMapLRN2d": "no function",
    "Identity": "no function",
    "Module": "the base class",
    "ModuleDict": "a container",
    "ModuleList": "a container",
    "ParameterDict": "a container",
    "ParameterList": "a container",
    "Sequential": "a container",
}
_DEFINED_IN = re.compile(r"torch\.nn\.modules\.(?:[a-z_0-9]+\.)?(?=[A-Z])")


def lookup_module(qualified: str) -> ModuleRow | None:
    """The row of the class with an absolute dotted name, by whichever of torch's modules it is read from, or None."""
    return MODULES.get(_DEFINED_IN.sub("torch.nn.", qualified, count=1))
