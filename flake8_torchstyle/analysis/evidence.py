"""Signs that an object of unknown class is an nn.Module: what is called on it, how its class is built."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .attributes import self_name
from .classes import Nature
from .functions import owner_of_self
from .members import root_name
from .project import SourceModule
from .subclasses import subclasses
from .types import Evidence, ExternalClass, Instance, Items, ProjectClass, Type
from .walking import walk

if TYPE_CHECKING:
    from .values import Evaluator

_MODULE_ONLY = frozenset(
    "parameters named_parameters buffers named_buffers state_dict load_state_dict modules named_modules "
    "children named_children zero_grad register_forward_hook register_forward_pre_hook "
    "register_full_backward_hook register_full_backward_pre_hook get_submodule get_parameter requires_grad_ "
    "register_buffer register_parameter register_module add_module".split()
)
# Each of these means little; two different ones on the same object mean a module.
_MODULE_LIKE = frozenset({"train", "eval", "to", "cuda", "cpu", "half", "float"})
_MAX_SUBCLASSES = 12
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def module_calls(
    ev: Evaluator, receiver: ast.expr, module: SourceModule, defined: frozenset[str] = frozenset()
) -> list[Evidence]:
    """Calls on the same expression, near it, that make it a module; none where they do not suffice.

    `defined` are methods that the object is known to define itself, so that calling them says nothing.
    """
    wanted = _key(receiver)
    found: dict[str, Evidence] = {}
    for place, where in _surroundings(ev, receiver, module):
        for node in walk(place):
            match node:
                case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _MODULE_ONLY | _MODULE_LIKE:
                    if method not in defined and _key(value) == wanted:
                        text = f"`{ast.unparse(receiver)}.{method}(...)` is called"
                        found.setdefault(method, Evidence(text, where.path, node.lineno))
    telling = [method for method in found if method in _MODULE_ONLY]
    if not telling and {"train", "eval"} & found.keys() and len(found) > 1:
        telling = list(found)
    return [found[method] for method in telling]


def _key(node: ast.expr) -> str:
    """What an expression refers to; one item of a container is as good as another."""
    return f"{ast.dump(node.value)}[]" if isinstance(node, ast.Subscript) else ast.dump(node)


def _surroundings(ev: Evaluator, receiver: ast.expr, module: SourceModule) -> Iterator[tuple[ast.AST, SourceModule]]:
    """The code in which the expression means the same object: for `self.x` the classes of `self`, else the function."""
    root = root_name(receiver)
    owner = owner_of_self(root, module) if root is not None else None
    if owner is not None:
        for cls in dict.fromkeys((owner, *ev.classes.project_order(owner), *_same_file_subclasses(ev, owner))):
            yield cls.node, cls.module
        return
    functions = [node for node in module.names.ancestors(receiver) if isinstance(node, _FUNCTIONS)]
    yield (functions[0] if functions else module.names.tree), module


def _same_file_subclasses(ev: Evaluator, cls: ProjectClass) -> Iterator[ProjectClass]:
    for node in cls.module.names.tree.body:
        if isinstance(node, ast.ClassDef) and node.bases and node is not cls.node:
            other = ProjectClass(cls.module, node)
            if cls in ev.classes.order(other):
                yield other


def built_like_a_module(ev: Evaluator, cls: ProjectClass) -> list[Evidence]:
    """Signs that a class with an unread base is a module: it has a `forward` and layers of torch of its own."""
    if ev.classes.find_method(cls, "forward") is None:
        return []
    for parent in ev.classes.project_order(cls):
        for method in parent.node.body:
            if not isinstance(method, ast.FunctionDef) or method.name != "__init__":
                continue
            for node in walk(method):
                match node:
                    case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attr)], value=value) if (
                        name == self_name(method)
                    ):
                        if any(_is_layer(alternative) for alternative in ev.value(value, parent.module)):
                            text = f"`{parent.name}` defines `forward` and has the layer `self.{attr}`"
                            return [Evidence(text, parent.module.path, node.lineno)]
    return []


def _is_layer(alternative: Type) -> bool:
    """Whether a value is a layer of torch; trainers hold losses and whole models too."""
    match alternative:
        case Instance(cls=ExternalClass(qualified=qualified), exact=True):
            return qualified.startswith("torch.nn.") and not qualified.endswith("Loss")
        case Items(cls=ExternalClass(qualified=qualified)):
            return qualified in ("torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict")
    return False


def mixed_into_modules(ev: Evaluator, cls: ProjectClass) -> list[Evidence]:
    """The classes of the project that mix a class into a module; none where any of them has its own `__call__`."""
    found: list[Evidence] = []
    for sub in subclasses(ev, cls, _MAX_SUBCLASSES):
        nature = ev.classes.answer(sub).nature
        if nature is Nature.CUSTOM_CALL:
            return []
        if nature in (Nature.MODULE, Nature.PARTLY):
            text = f"`{sub.name}` is an nn.Module and has it as a base"
            found.append(Evidence(text, sub.module.path, sub.node.lineno))
    return found


def delegated_to(ev: Evaluator, receiver: ast.expr, module: SourceModule) -> list[Evidence]:
    """The sign that a module's `forward` hands on to the `forward` of something that its constructor was given."""
    if not isinstance(receiver, ast.Attribute) or not isinstance(receiver.value, ast.Name):
        return []
    owner = owner_of_self(receiver.value, module)
    function = next((node for node in module.names.ancestors(receiver) if isinstance(node, _FUNCTIONS)), None)
    if owner is None or function is None or function.name != "forward":
        return []
    if ev.classes.answer(owner).nature is not Nature.MODULE:
        return []
    assigned = ev.attributes_of(owner).of(receiver.attr)
    if len(assigned) != 1 or not isinstance(assigned[0].value, ast.Name):
        return []
    bindings = module.names.lookup(assigned[0].value.id, assigned[0].value)
    # `Any` is said of what is no module: a parameter of which nothing is said is the common case.
    if bindings is None or not all(isinstance(b.node, ast.arg) and b.node.annotation is None for b in bindings[1]):
        return []
    text = f"the nn.Module `{owner.name}` hands its `forward` on to `{ast.unparse(receiver)}`"
    return [Evidence(text, module.path, assigned[0].row)]
