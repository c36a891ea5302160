"""A function that is not called but handed on: `act = torch.relu`, `{"relu": torch.relu}`, `Block(act=torch.relu)`.

Another function with the same parameters can take its place only where nobody looks at which function it is, and
where it does not become an attribute of a class: a function written in Python binds to the objects of the class, a
built-in one does not (https://docs.python.org/3/howto/descriptor.html#functions-and-methods).
"""

from __future__ import annotations

import ast

from ..analysis.attributes import self_name
from ..analysis.names import FileNames
from ..diagnostics import Applicability

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def is_use(node: ast.expr, names: FileNames) -> bool:
    """Whether a function is called or handed on, rather than looked at as an object.

    Comparisons, dict keys, subscripts, members of displays and decorator arguments identify the function itself
    (dispatch tables, `__torch_function__` handlers): there the spelling is the point.
    """
    parent = names.parent(node)
    match parent:
        case ast.Call(func=func) if func is node:
            return True
        case ast.Compare() | ast.Subscript() | ast.List() | ast.Tuple() | ast.Set() | ast.Attribute() | ast.Delete():
            return False
        case ast.Dict(keys=keys) if any(key is node for key in keys):
            return False
        case ast.Call():
            # `@implements(torch.relu)`, `implements(torch.relu)(handler)`
            owner = names.parent(parent)
            decorators = getattr(owner, "decorator_list", ())
            return not any(decorator is parent for decorator in decorators) and not (
                isinstance(owner, ast.Call) and owner.func is parent
            )
    return True


def reference_applicability(node: ast.expr, names: FileNames) -> Applicability | None:
    """How far one may put another function with the same parameters in the place of `node`, which is not called.

    What a call does with an argument is not known: it may look the function up in a table. None where the file itself
    compares the function with others, or where it becomes an attribute of a class.
    """
    if _becomes_class_attribute(node, names) or _is_compared(node, names):
        return None
    in_call = any(isinstance(ancestor, ast.Call) for ancestor in _expressions_around(node, names))
    return Applicability.UNSAFE if in_call else Applicability.SAFE


def _expressions_around(node: ast.expr, names: FileNames) -> list[ast.AST]:
    """What hands the value of `node` on, innermost first, up to a function that computes something else."""
    around: list[ast.AST] = []
    for ancestor in names.ancestors(node):
        if isinstance(ancestor, (ast.stmt, *_FUNCTIONS)):
            break
        around.append(ancestor)
    return around


def _becomes_class_attribute(node: ast.expr, names: FileNames) -> bool:
    """Whether the value may be stored on a class: in a class body, or on an object that is not a method's `self`."""
    value: ast.AST = node
    parent = names.parent(node)
    while isinstance(parent, (ast.IfExp, ast.BoolOp, ast.NamedExpr)):
        value, parent = parent, names.parent(parent)
    match parent:
        case ast.Assign(targets=targets) if parent.value is value:
            pass
        case ast.AnnAssign(target=target) if parent.value is value:
            targets = [target]
        case _:
            return False
    if names.scope_of(parent).is_class:
        return True
    return any(isinstance(target, ast.Attribute) and not _is_own_attribute(target, names) for target in targets)


def _is_own_attribute(target: ast.Attribute, names: FileNames) -> bool:
    """Whether `target` is `self.x` in a method that is given an object, not its class."""
    function = next((a for a in names.ancestors(target) if isinstance(a, _FUNCTIONS)), None)
    if not isinstance(target.value, ast.Name) or function is None or isinstance(function, ast.Lambda):
        return False
    is_classmethod = any(ast.unparse(decorator) == "classmethod" for decorator in function.decorator_list)
    in_class = isinstance(names.parent(function), ast.ClassDef)
    return in_class and not is_classmethod and self_name(function) == target.value.id


def _is_compared(node: ast.expr, names: FileNames) -> bool:
    """Whether the file looks anywhere at which function `node` is."""
    qualified = _resolve(node, names)
    spelled = node.attr if isinstance(node, ast.Attribute) else None
    return any(
        isinstance(other, (ast.Attribute, ast.Name))
        and (spelled is None or not isinstance(other, ast.Attribute) or other.attr == spelled)
        and _resolve(other, names) == qualified
        and not is_use(other, names)
        for other in names.nodes.all
    )


def _resolve(node: ast.expr, names: FileNames) -> str | None:
    return names.resolve_or_star(node.id, node) if isinstance(node, ast.Name) else names.resolve(node)
