"""Walking a tree, faster than `ast.walk`: the same order, without the nodes that say nothing (contexts, operators)."""

from __future__ import annotations

import ast

# Fields that hold texts, numbers, contexts or operators: nothing to walk to, whatever the node.
_SILENT = frozenset(
    "arg asname attr conversion ctx id is_async kind kwd_attrs level lineno module op ops rest simple tag"
    " type_comment".split()
)
_LISTS_WITH_GAPS = frozenset({"keys", "kw_defaults"})


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each kind of node below which there is something to walk to, in order."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = tuple(name for name in kind._fields if name not in _SILENT and not _is_text(kind, name))
        self[kind] = fields
        return fields


def _is_text(kind: type[ast.AST], field: str) -> bool:
    """Whether a field holds names or a constant in this kind of node, and nodes in others."""
    if kind in (ast.Global, ast.Nonlocal, ast.Constant, ast.alias, ast.MatchSingleton):
        return True
    return field == "name" and kind.__name__ != "TypeAlias"


FIELDS = _Fields()


def walk(root: ast.AST) -> list[ast.AST]:
    """The nodes of a tree, each level after the one above it."""
    nodes = [root]
    add = nodes.append
    for node in nodes:
        for field in FIELDS[type(node)]:
            value = getattr(node, field, None)
            if type(value) is list:
                nodes += [item for item in value if item is not None] if field in _LISTS_WITH_GAPS else value
            elif value is not None:
                add(value)
    return nodes
