"""Functions that call the function they are given, such as `checkpoint`, `map` and `executor.submit`."""

from __future__ import annotations

import ast

from .names import FileNames
from .softmax import resolved

# Where a function is taken: positions and keywords.
_Places = tuple[int | str, ...]
_TRANSFORMS = ("grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "vjp", "vmap")
_JACOBIANS = ("hessian", "hvp", "jacobian", "jvp", "vhp", "vjp")
_BUILTINS = frozenset({"filter", "map"})
_CALLERS: dict[str, _Places] = {
    "asyncio.to_thread": (0,),
    "deepspeed.checkpointing.checkpoint": (0,),
    "functools.partial": (0,),
    "functools.reduce": (0,),
    "itertools.starmap": (0,),
    "multiprocessing.Process": (1, "target"),
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
    "torch.autograd.gradcheck": (0, "func"),
    "torch.autograd.gradcheck.gradcheck": (0, "func"),
    "torch.autograd.gradcheck.gradgradcheck": (0, "func"),
    "torch.autograd.gradgradcheck": (0, "func"),
    "torch.multiprocessing.Process": (1, "target"),
    "torch.multiprocessing.spawn": (0, "fn"),
    "torch.utils.checkpoint.checkpoint": (0, "function"),
    "torch.utils.data.DataLoader": ("collate_fn", "worker_init_fn"),
    "torch.utils.data.dataloader.DataLoader": ("collate_fn", "worker_init_fn"),
    "torch.vmap": (0, "func"),
    **{f"torch.func.{name}": (0, "func") for name in _TRANSFORMS},
    **{f"torch.autograd.functional.{name}": (0, "func") for name in _JACOBIANS},
}
# Methods of executors, pools, event loops and data sets.
_METHODS: dict[str, _Places] = {
    "apply_async": (0, "func"),
    "imap": (0, "func"),
    "imap_unordered": (0, "func"),
    "map": (0, "func", "function"),
    "map_async": (0, "func"),
    "run_in_executor": (1,),
    "starmap": (0, "func"),
    "submit": (0,),
}


def caller_of(node: ast.expr, names: FileNames) -> str | None:
    """The name of the function that an expression is handed to and that will call it; None for any other place."""
    parent = names.parent(node)
    place: int | str | None = None
    if isinstance(parent, ast.keyword):
        place, parent = parent.arg, names.parent(parent)
    if not isinstance(parent, ast.Call):
        return None
    if place is None:
        place = next((index for index, argument in enumerate(parent.args) if argument is node), None)
    name, places = _caller(parent.func, names)
    before = parent.args[:place] if isinstance(place, int) else []
    known = place in places and not any(isinstance(argument, ast.Starred) for argument in before)
    return name if known else None


def _caller(function: ast.expr, names: FileNames) -> tuple[str, _Places]:
    qualified = resolved(function, names)
    if qualified is not None:
        return qualified, _CALLERS.get(qualified, ())
    match function:
        case ast.Name(id=name) if name in _BUILTINS and names.lookup(name, function) is None:
            return name, (0,)
        case ast.Attribute(attr=name) if name in _METHODS:
            return name, _METHODS[name]
    return "", ()


def replaces_forward(names: FileNames) -> bool:
    """Whether a file puts functions in the place of a `forward`: then a kept `m.forward` may be what is replaced."""
    for node in names.nodes.all:
        match node:
            case ast.Attribute(attr="forward", ctx=ast.Store() | ast.Del()):
                return True
            case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[_, ast.Constant(value="forward"), *_]):
                return True
    return False
