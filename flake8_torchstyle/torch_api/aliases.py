"""The table of aliases, for torch 2.13: which functions stand for one of `torch.nn.functional`, and how.

A row spells the alias' parameters in order: `name` is required, `name?` optional, `name>other` is called `other` in the
documented function, `name:kind` takes only the values of that kind (see `_KINDS`), and what follows `*` is given by
keyword only. The tests hold all of it against torch's operator schemas and signatures.
"""

from __future__ import annotations

from .documented import DOCUMENTED
from .mapping import Alias, Parameter, Values, Verdict

_CUDNN_FLAG = "torch.backends.cudnn.enabled"
_KINDS = {
    # ATen's Reduction enumeration, at::Reduction in ATen/core/Reduction.h. The operators' schemas say that it defaults
    # to the mean, but Python's argument parser reads the default's name as 0: a call without it does not reduce.
    "reduction": Values(words={0: '"none"', 1: '"mean"', 2: '"sum"'}, explicit=True),
    # GridSamplerInterpolation and GridSamplerPadding in ATen/native/GridSamplerUtils.h.
    "interpolation": Values(words={0: '"bilinear"', 1: '"nearest"', 2: '"bicubic"'}),
    "grid_padding": Values(words={0: '"zeros"', 1: '"border"', 2: '"reflection"'}),
    # The documented function reads the flag itself; True is its default.
    "cudnn": Values(absent=(True,), absent_names=(_CUDNN_FLAG,)),
    # The operator ignores the argument (native/group_norm.cpp, native/layer_norm.cpp: "deprecated").
    "ignored": Values(absent=(True, False), absent_names=(_CUDNN_FLAG,)),
    # -1 means "no padding" to the operator and "the last row" to the documented function.
    "padding_index": Values(absent=(-1,), keeps_index=True),
    "none": Values(absent=(None,)),
    "one": Values(absent=(1, 1.0)),
}


def _same(target: str = "") -> Alias:
    return Alias(target, Verdict.SAME_OBJECT)


def _different(reason: str, target: str = "") -> Alias:
    return Alias(target, Verdict.DIFFERENT, reason=reason)


def _mapped(parameters: str, target: str = "", takes_out: bool = False, **added: bool) -> Alias:
    before, _, after = parameters.partition(" * ")
    parsed = [_parameter(token, keyword_only=False) for token in before.split()]
    parsed += [_parameter(token, keyword_only=True) for token in after.split()]
    constants = tuple((name, str(value)) for name, value in added.items())
    return Alias(target, Verdict.MAPPED, tuple(parsed), added=constants, takes_out=takes_out)


def _parameter(token: str, keyword_only: bool) -> Parameter:
    names, _, kind = token.partition(":")
    name, _, target = names.rstrip("?").partition(">")
    return Parameter(name, target or name, not names.endswith("?"), keyword_only, _KINDS[kind] if kind else None)


_POOL = "input kernel_size stride? padding? dilation? ceil_mode?"
_DROPOUT = "input p train>training"

# Functions of `torch`; `torch._VF` and `torch._C._VariableFunctions` hold the same ones.
_TORCH = {
    "adaptive_avg_pool1d": _same(),
    "adaptive_max_pool1d": _mapped("input output_size", return_indices=True),
    "affine_grid_generator": _mapped("theta size align_corners", target="affine_grid"),
    "alpha_dropout": _mapped(_DROPOUT),
    "alpha_dropout_": _mapped(_DROPOUT, target="alpha_dropout", inplace=True),
    "avg_pool1d": _same(),
    "batch_norm": _mapped("input weight bias running_mean running_var training momentum eps cudnn_enabled:cudnn"),
    "bilinear": _same(),
    "binary_cross_entropy_with_logits": _mapped("input target weight? pos_weight? reduction?:reduction"),
    "celu": _mapped("input alpha?"),
    "celu_": _mapped("input alpha?", target="celu", inplace=True),
    "channel_shuffle": _same(),
    "conv1d": _same(),
    "conv2d": _same(),
    "conv3d": _same(),
    "conv_transpose1d": _same(),
    "conv_transpose2d": _same(),
    "conv_transpose3d": _same(),
    "cosine_embedding_loss": _mapped("input1 input2 target margin? reduction?:reduction"),
    "cosine_similarity": _same(),
    "ctc_loss": _mapped("log_probs targets input_lengths target_lengths blank? reduction?:reduction zero_infinity?"),
    "dropout": _mapped(_DROPOUT),
    "dropout_": _mapped(_DROPOUT, target="dropout", inplace=True),
    "embedding": _mapped("weight indices>input padding_idx?:padding_index scale_grad_by_freq? sparse?"),
    "embedding_bag": _different("returns a tuple of four tensors and takes the weight first"),
    "feature_alpha_dropout": _mapped(_DROPOUT),
    "feature_alpha_dropout_": _mapped(_DROPOUT, target="feature_alpha_dropout", inplace=True),
    "feature_dropout": _different("or `dropout1d`, `dropout3d`, by the number of dimensions", target="dropout2d"),
    "feature_dropout_": _different("or `dropout1d`, `dropout3d`, by the number of dimensions", target="dropout2d"),
    "grid_sampler": _mapped(
        "input grid interpolation_mode>mode:interpolation padding_mode:grid_padding align_corners",
        target="grid_sample",
    ),
    "group_norm": _mapped("input num_groups weight? bias? eps? cudnn_enabled?:ignored"),
    "hardshrink": _same(),
    "hinge_embedding_loss": _mapped("input target margin? reduction?:reduction"),
    "instance_norm": _mapped(
        "input weight bias running_mean running_var use_input_stats momentum eps cudnn_enabled:cudnn"
    ),
    "kl_div": _mapped("input target reduction?:reduction * log_target?"),
    "layer_norm": _mapped("input normalized_shape weight? bias? eps? cudnn_enable?:ignored"),
    "log_softmax": _mapped("input dim dtype?", takes_out=True),
    "margin_ranking_loss": _mapped("input1 input2 target margin? reduction?:reduction"),
    "max_pool1d": _mapped(_POOL),
    "max_pool1d_with_indices": _mapped(_POOL, target="max_pool1d", return_indices=True),
    "max_pool2d": _mapped(_POOL),
    "max_pool3d": _mapped(_POOL),
    "pairwise_distance": _same(),
    "pdist": _same(),
    "pixel_shuffle": _same(),
    "pixel_unshuffle": _same(),
    "poisson_nll_loss": _mapped("input target log_input full eps reduction:reduction"),
    "prelu": _same(),
    "relu": _mapped("input"),
    "relu_": _same(),
    "rms_norm": _mapped("input normalized_shape weight? eps?"),
    "rrelu": _mapped("input lower? upper? training? generator?:none"),
    "rrelu_": _same(),
    "selu": _mapped("input"),
    "selu_": _mapped("input", target="selu", inplace=True),
    "softmax": _mapped("input dim dtype?", takes_out=True),
    "threshold": _mapped("input threshold value", takes_out=True),
    "threshold_": _same(),
    "triplet_margin_loss": _mapped("anchor positive negative margin? p? eps? swap? reduction?:reduction"),
}

# Functions of `torch._C._nn`.
_NN = {
    "adaptive_avg_pool2d": _mapped("input output_size", takes_out=True),
    "adaptive_avg_pool3d": _mapped("input output_size", takes_out=True),
    "adaptive_max_pool2d": _mapped("input output_size", takes_out=True, return_indices=True),
    "adaptive_max_pool3d": _mapped("input output_size", takes_out=True, return_indices=True),
    "avg_pool2d": _same(),
    "avg_pool3d": _same(),
    "binary_cross_entropy": _mapped("input target weight? reduction?:reduction", takes_out=True),
    "col2im": _mapped("input output_size kernel_size dilation padding stride", target="fold", takes_out=True),
    "cross_entropy_loss": _mapped(
        "input target weight? reduction?:reduction ignore_index? label_smoothing?", target="cross_entropy"
    ),
    "elu": _mapped("input alpha? scale?:one input_scale?:one", takes_out=True),
    "elu_": _same(),
    "fractional_max_pool2d": _different("takes no random samples by position and returns one tensor"),
    "fractional_max_pool3d": _different("takes no random samples by position and returns one tensor"),
    "gelu": _same(),
    "glu": _mapped("input dim?", takes_out=True),
    "hardsigmoid": _mapped("input", takes_out=True),
    "hardsigmoid_": _mapped("input", target="hardsigmoid", inplace=True),
    "hardswish": _mapped("input", takes_out=True),
    "hardswish_": _mapped("input", target="hardswish", inplace=True),
    "hardtanh": _mapped("input min_val? max_val?", takes_out=True),
    "hardtanh_": _same(),
    "huber_loss": _mapped("input target reduction?:reduction delta?", takes_out=True),
    "im2col": _mapped("input kernel_size dilation padding stride", target="unfold", takes_out=True),
    "l1_loss": _mapped("input target reduction?:reduction", takes_out=True),
    "leaky_relu": _mapped("input negative_slope?", takes_out=True),
    "leaky_relu_": _same(),
    "linear": _same(),
    "log_sigmoid": _same("logsigmoid"),
    "max_pool2d_with_indices": _mapped(_POOL, target="max_pool2d", takes_out=True, return_indices=True),
    "max_pool3d_with_indices": _mapped(_POOL, target="max_pool3d", takes_out=True, return_indices=True),
    "max_unpool2d": _different("takes the kernel size before the output size"),
    "max_unpool3d": _different("takes the kernel size before the output size"),
    "mish": _mapped("input", takes_out=True),
    "mish_": _mapped("input", target="mish", inplace=True),
    "mse_loss": _mapped("input target reduction?:reduction", takes_out=True),
    "multi_margin_loss": _mapped("input target p? margin? weight? reduction?:reduction", takes_out=True),
    "multilabel_margin_loss": _mapped("input target reduction?:reduction", takes_out=True),
    "nll_loss": _mapped("input target weight? reduction?:reduction ignore_index?", takes_out=True),
    "nll_loss2d": _mapped("input target weight? reduction?:reduction ignore_index?", target="nll_loss", takes_out=True),
    "nll_loss_nd": _mapped("input target weight? reduction?:reduction ignore_index?", target="nll_loss"),
    "one_hot": _same(),
    "pad": _mapped("input pad mode? value?"),
    "relu6": _mapped("input"),
    "relu6_": _mapped("input", target="relu6", inplace=True),
    "scaled_dot_product_attention": _same(),
    "silu": _mapped("input", takes_out=True),
    "silu_": _mapped("input", target="silu", inplace=True),
    "smooth_l1_loss": _mapped("input target reduction?:reduction beta?", takes_out=True),
    "soft_margin_loss": _mapped("input target reduction?:reduction", takes_out=True),
    "softplus": _same(),
    "softshrink": _same(),
}


def _complete(name: str, row: Alias) -> Alias:
    """Fill in what follows from the row: the target, the documented parameters, whether all parameters agree."""
    target = row.target or name
    if row.verdict is not Verdict.MAPPED:
        return row._replace(target=target)
    documented = tuple(DOCUMENTED[target].split())
    agrees = not row.added and all(
        p.name == p.target and p.values is None and not p.keyword_only and documented[i : i + 1] == (p.name,)
        for i, p in enumerate(row.parameters)
    )
    verdict = Verdict.SAME_PARAMETERS if agrees else Verdict.MAPPED
    return row._replace(target=target, verdict=verdict, documented=documented)


def _qualified() -> dict[str, Alias]:
    table: dict[str, Alias] = {}
    for namespaces, rows in (
        (("torch", "torch._VF", "torch._C._VariableFunctions"), _TORCH),
        (("torch._C._nn",), _NN),
    ):
        completed = {name: _complete(name, row) for name, row in rows.items()}
        for namespace in namespaces:
            table |= {f"{namespace}.{name}": alias for name, alias in completed.items()}
    return table


ALIASES = _qualified()
ALIAS_NAMES = frozenset((*_TORCH, *_NN))


def lookup(qualified: str) -> Alias | None:
    """The alias that an absolute dotted name is, or None."""
    return ALIASES.get(qualified)
