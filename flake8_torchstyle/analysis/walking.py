"""Walking a tree, faster than `ast.walk`: the same order, without the nodes that say nothing (contexts, operators)."""

from __future__ import annotations

import ast

_SILENT = frozenset(
    kind
    for base in (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
    for kind in (base, *base.__subclasses__())
)
# Nodes with nothing below them that is not silent: nearly half of all.
_CHILDLESS = frozenset({ast.Name, ast.Constant, ast.alias, ast.Pass, ast.Break, ast.Continue})


def walk(root: ast.AST) -> list[ast.AST]:
    """The nodes of a tree, each level after the one above it."""
    nodes = [root]
    for node in nodes:
        if type(node) in _CHILDLESS:
            continue
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                nodes += [item for item in value if isinstance(item, ast.AST) and type(item) not in _SILENT]
            elif isinstance(value, ast.AST) and type(value) not in _SILENT:
                nodes.append(value)
    return nodes
