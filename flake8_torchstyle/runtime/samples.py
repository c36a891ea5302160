"""Arguments to try every function of the alias table with.

A row spells a call as `name=value` words in the order of the alias's parameters: `name?` may be left out, `name*` is
given by keyword only. Values are Python literals or tensors: `f2x3` floating point with gradient, `n` the same without,
`p` probabilities without gradient, `l` log-probabilities along the last dimension, `s` signs (1 or -1),
`i2x3<5` integers below 5. Several calls of one function are separated by `|`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import torch

_POOL = "stride?=2 padding?=1 dilation?=3 ceil_mode?=True"
_DROPOUT = "input=f4x3x2x2 p=0.3 train=True | input=f4x3x2x2 p=0.3 train=False"
_REDUCED = "{0} reduction?=0 | {0} reduction?=1 | {0} reduction?=2"


def _reduced(call: str) -> str:
    return _REDUCED.format(call)


_ROWS = {
    "adaptive_avg_pool1d": "input=f4x3x8 output_size=2",
    "adaptive_avg_pool2d": "input=f4x3x8x8 output_size=2",
    "adaptive_avg_pool3d": "input=f4x3x4x4x4 output_size=2",
    "adaptive_max_pool1d": "input=f4x3x8 output_size=2",
    "adaptive_max_pool2d": "input=f4x3x8x8 output_size=2",
    "adaptive_max_pool3d": "input=f4x3x4x4x4 output_size=2",
    "affine_grid_generator": "theta=f4x2x3 size=(4,1,3,5) align_corners=True",
    "alpha_dropout": _DROPOUT,
    "alpha_dropout_": _DROPOUT,
    "avg_pool1d": "input=f4x3x8 kernel_size=3 stride?=2 padding?=1 ceil_mode?=True",
    "avg_pool2d": "input=f4x3x8x8 kernel_size=3 stride?=2 padding?=1 ceil_mode?=True",
    "avg_pool3d": "input=f4x3x4x4x4 kernel_size=3 stride?=2 padding?=1",
    "batch_norm": "input=f4x3x5 weight=f3 bias=f3 running_mean=n3 running_var=p3 training=True momentum=0.3 eps=1e-3 "
    "cudnn_enabled=True | input=f4x3x5 weight=f3 bias=f3 running_mean=n3 running_var=p3 training=False momentum=0.3 "
    "eps=1e-3 cudnn_enabled=True | input=f4x3x5 weight=None bias=None running_mean=None running_var=None "
    "training=True momentum=0.3 eps=1e-3 cudnn_enabled=True",
    "bilinear": "input1=f4x3 input2=f4x2 weight=f5x3x2 bias?=f5",
    "binary_cross_entropy": _reduced("input=p4x3 target=p4x3 weight?=p4x3"),
    "binary_cross_entropy_with_logits": _reduced("input=f4x3 target=p4x3 weight?=p4x3 pos_weight?=p3"),
    "celu": "input=f4x3 alpha?=0.7",
    "celu_": "input=f4x3 alpha?=0.7",
    "channel_shuffle": "input=f4x6x2x2 groups=3",
    "col2im": "input=f4x12x8 output_size=(5,5) kernel_size=(2,2) dilation=(3,3) padding=(1,1) stride=(1,2)",
    "conv1d": "input=f4x3x8 weight=f5x3x3 bias?=f5 stride?=2 padding?=1",
    "conv2d": "input=f4x3x8x8 weight=f5x3x3x3 bias?=f5 stride?=2 padding?=1",
    "conv3d": "input=f4x3x4x4x4 weight=f5x3x3x3x3 bias?=f5 stride?=2 padding?=1",
    "conv_transpose1d": "input=f4x3x8 weight=f3x5x3 bias?=f5 stride?=2 padding?=1",
    "conv_transpose2d": "input=f4x3x4x4 weight=f3x5x3x3 bias?=f5 stride?=2 padding?=1",
    "conv_transpose3d": "input=f4x3x3x3x3 weight=f3x5x3x3x3 bias?=f5 stride?=2 padding?=1",
    "cosine_embedding_loss": _reduced("input1=f4x3 input2=f4x3 target=s4 margin?=0.2"),
    "cosine_similarity": "x1=f4x3 x2=f4x3 dim?=1 eps?=1e-6",
    "cross_entropy_loss": "input=f4x3 target=i4<3 weight?=p3 reduction?=0 ignore_index?=1 label_smoothing?=0.2 | "
    "input=f4x3 target=i4<3 weight?=p3 reduction?=1 | input=f4x3 target=i4<3 weight?=p3 reduction?=2",
    "ctc_loss": "log_probs=l6x4x5 targets=i4x2<4 input_lengths=(6,5,1,4) target_lengths=(2,1,2,2) blank?=4 "
    "reduction?=0 zero_infinity?=True | log_probs=l6x4x5 targets=i4x2<4 input_lengths=(6,5,6,4) "
    "target_lengths=(2,1,2,2) blank?=4 reduction?=2",
    "dropout": _DROPOUT,
    "dropout_": _DROPOUT,
    "elu": "input=f4x3 alpha?=0.7 | input=f4x3 alpha?=0.7 scale?=1 input_scale?=1",
    "elu_": "input=f4x3 alpha?=0.7",
    "embedding": "weight=f5x3 indices=i4x2<5 padding_idx?=-1 scale_grad_by_freq?=True | weight=f5x3 indices=i4x2<5 "
    "padding_idx?=2 | weight=f5x3 indices=i4x2<5 padding_idx?=2 scale_grad_by_freq?=False sparse?=True",
    "feature_alpha_dropout": _DROPOUT,
    "feature_alpha_dropout_": _DROPOUT,
    "gelu": "input=f4x3",
    "glu": "input=f4x6 dim?=0",
    "grid_sampler": "input=f4x3x5x5 grid=f4x2x2x2 interpolation_mode=0 padding_mode=0 align_corners=True | "
    "input=f4x3x5x5 grid=f4x2x2x2 interpolation_mode=1 padding_mode=1 align_corners=False | "
    "input=f4x3x5x5 grid=f4x2x2x2 interpolation_mode=2 padding_mode=2 align_corners=False",
    "group_norm": "input=f4x6x3 num_groups=2 weight?=f6 bias?=f6 eps?=1e-3 cudnn_enabled?=True",
    "hardshrink": "input=f4x3 lambd?=0.3",
    "hardsigmoid": "input=f4x3",
    "hardsigmoid_": "input=f4x3",
    "hardswish": "input=f4x3",
    "hardswish_": "input=f4x3",
    "hardtanh": "input=f4x3 min_val?=-0.3 max_val?=0.4",
    "hardtanh_": "input=f4x3 min_val?=-0.3 max_val?=0.4",
    "hinge_embedding_loss": _reduced("input=f4x3 target=s4x3 margin?=0.7"),
    "huber_loss": "input=f4x3 target=n4x3 reduction?=0 delta?=0.4 | input=f4x3 target=n4x3 reduction?=2 delta?=0.4",
    "im2col": "input=f4x3x5x5 kernel_size=(2,2) dilation=(3,3) padding=(1,1) stride=(1,2)",
    "instance_norm": "input=f4x3x5 weight=f3 bias=f3 running_mean=n3 running_var=p3 use_input_stats=True momentum=0.3 "
    "eps=1e-3 cudnn_enabled=True | input=f4x3x5 weight=f3 bias=f3 running_mean=n3 running_var=p3 "
    "use_input_stats=False momentum=0.3 eps=1e-3 cudnn_enabled=True",
    "kl_div": "input=l4x3 target=p4x3 reduction?=0 log_target?*=False | input=l4x3 target=l4x3 reduction?=2 "
    "log_target?*=True | input=l4x3 target=p4x3 reduction?=1",
    "l1_loss": _reduced("input=f4x3 target=n4x3"),
    "layer_norm": "input=f4x3x5 normalized_shape=(3,5) weight?=f3x5 bias?=f3x5 eps?=1e-3 cudnn_enable?=True",
    "leaky_relu": "input=f4x3 negative_slope?=0.2",
    "leaky_relu_": "input=f4x3 negative_slope?=0.2",
    "linear": "input=f4x3 weight=f5x3 bias?=f5",
    "log_sigmoid": "input=f4x3",
    "log_softmax": "input=f4x3 dim=0 dtype?=torch.float64",
    "margin_ranking_loss": _reduced("input1=f4 input2=f4 target=s4 margin?=0.2"),
    "max_pool1d": f"input=f4x3x8 kernel_size=3 {_POOL}",
    "max_pool1d_with_indices": f"input=f4x3x8 kernel_size=3 {_POOL}",
    "max_pool2d": f"input=f4x3x8x8 kernel_size=3 {_POOL}",
    "max_pool2d_with_indices": f"input=f4x3x8x8 kernel_size=3 {_POOL}",
    "max_pool3d": f"input=f4x3x6x6x6 kernel_size=3 {_POOL}",
    "max_pool3d_with_indices": f"input=f4x3x6x6x6 kernel_size=3 {_POOL}",
    "mish": "input=f4x3",
    "mish_": "input=f4x3",
    "mse_loss": _reduced("input=f4x3 target=n4x3"),
    "multi_margin_loss": _reduced("input=f4x3 target=i4<3 p?=2 margin?=0.7 weight?=p3"),
    "multilabel_margin_loss": _reduced("input=f4x3 target=i4x3<3"),
    "nll_loss": "input=l4x3 target=i4<3 weight?=p3 reduction?=0 ignore_index?=1 | input=l4x3 target=i4<3 reduction?=2",
    "nll_loss2d": "input=f4x3x2x2 target=i4x2x2<3 weight?=p3 reduction?=0 ignore_index?=1",
    "nll_loss_nd": "input=f4x3x2 target=i4x2<3 weight?=p3 reduction?=2 ignore_index?=1",
    "one_hot": "input=i4<5 num_classes?=6",
    "pad": "input=f4x3x5 pad=(1,2) mode?='constant' value?=0.5 | input=f4x3x5 pad=(1,2) mode?='reflect'",
    "pairwise_distance": "x1=f4x3 x2=f4x3 p?=3.0 eps?=1e-5 keepdim?=True",
    "pdist": "input=f4x3 p?=3.0",
    "pixel_shuffle": "input=f4x8x2x2 upscale_factor=2",
    "pixel_unshuffle": "input=f4x2x4x4 downscale_factor=2",
    "poisson_nll_loss": "input=f4x3 target=p4x3 log_input=True full=False eps=1e-6 reduction=0 | input=p4x3 "
    "target=p4x3 log_input=False full=True eps=1e-6 reduction=2",
    "prelu": "input=f4x3 weight=f3",
    "relu": "input=f4x3",
    "relu6": "input=f4x3",
    "relu6_": "input=f4x3",
    "relu_": "input=f4x3",
    "rms_norm": "input=f4x3x5 normalized_shape=(3,5) weight?=f3x5 eps?=1e-3",
    "rrelu": "input=f4x3 lower?=0.1 upper?=0.3 training?=True | input=f4x3 lower?=0.1 upper?=0.3 training?=False",
    "rrelu_": "input=f4x3 lower?=0.1 upper?=0.3 training?=True",
    "scaled_dot_product_attention": "query=f4x2x5x3 key=f4x2x5x3 value=f4x2x5x3",
    "selu": "input=f4x3",
    "selu_": "input=f4x3",
    "silu": "input=f4x3",
    "silu_": "input=f4x3",
    "smooth_l1_loss": "input=f4x3 target=n4x3 reduction?=0 beta?=0.4 | input=f4x3 target=n4x3 reduction?=2 beta?=0.4",
    "soft_margin_loss": _reduced("input=f4x3 target=s4x3"),
    "softmax": "input=f4x3 dim=0 dtype?=torch.float64",
    "softplus": "input=f4x3 beta?=2 threshold?=1",
    "softshrink": "input=f4x3 lambd?=0.3",
    "threshold": "input=f4x3 threshold=0.1 value=0.7",
    "threshold_": "input=f4x3 threshold=0.1 value=0.7",
    "triplet_margin_loss": _reduced("anchor=f4x3 positive=f4x3 negative=f4x3 margin?=0.7 p?=3.0 eps?=1e-5 swap?=True"),
}
# Runs from which nothing can be learned, whatever the spelling: (function, setting) and what torch does there.
SKIPPED = {
    ("pdist", "empty batch"): "torch ends the interpreter in backward",
    ("multi_margin_loss", "empty batch"): "torch returns memory that nothing has written",
    ("multilabel_margin_loss", "empty batch"): "torch returns memory that nothing has written",
}
_TENSOR = re.compile(r"([fnplsi])(\d+(?:x\d+)*)(?:<(\d+))?")


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor to make: its kind (see the module's page), shape, and for integers the bound they stay below."""

    kind: str
    shape: tuple[int, ...]
    bound: int = 0

    def make(self, dtype: torch.dtype, device: torch.device, generator: torch.Generator) -> torch.Tensor:
        """The tensor; floating point kinds take `dtype`, small integers where that is an integer type."""
        if self.kind == "i":
            return torch.randint(self.bound, self.shape, generator=generator).to(device)
        uniform = torch.rand(self.shape, generator=generator)
        if self.kind == "s":
            values = torch.where(uniform < 0.5, -1.0, 1.0)
        elif self.kind == "p":
            values = uniform * 0.8 + 0.1
        elif self.kind == "l":
            values = (uniform * 3).log_softmax(-1)
        else:
            values = uniform * 4 - 2
        made = (values * 3).to(dtype) if not dtype.is_floating_point else values.to(dtype)
        return made.to(device).requires_grad_(self.kind in "fl" and dtype.is_floating_point)

    def with_batch(self, old: int, new: int) -> TensorSpec:
        """The same with another first dimension, where that is the batch's."""
        shape = (new, *self.shape[1:]) if self.shape and self.shape[0] == old else self.shape
        return TensorSpec(self.kind, shape, self.bound)

    def single(self) -> TensorSpec:
        """The same with one element."""
        return TensorSpec(self.kind, (1,) * len(self.shape), self.bound)


@dataclass(frozen=True, slots=True)
class SampleArgument:
    """One argument of a sample call; `spec` for a tensor, else `text`, a literal."""

    name: str
    text: str
    spec: TensorSpec | None
    required: bool
    keyword_only: bool


Sample = tuple[SampleArgument, ...]


def samples(function: str) -> list[Sample]:
    """The sample calls of an alias, by its name without the namespace; none for one that is not in the table."""
    row = _ROWS.get(function)
    return parse(row) if row else []


def parse(row: str) -> list[Sample]:
    """The calls that a row spells."""
    return [tuple(_argument(word) for word in call.split()) for call in row.split("|")]


def _argument(word: str) -> SampleArgument:
    name, _, value = word.partition("=")
    bare = name.rstrip("?*")
    match = _TENSOR.fullmatch(value)
    if match is None:
        if not value.startswith("torch."):
            ast.literal_eval(value)
        return SampleArgument(bare, value, None, "?" not in name, "*" in name)
    shape = tuple(int(size) for size in match[2].split("x"))
    return SampleArgument(bare, bare, TensorSpec(match[1], shape, int(match[3] or 0)), "?" not in name, "*" in name)
