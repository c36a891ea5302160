"""`walk` gives what `ast.walk` gives, in the same order, without the nodes that say nothing."""

import ast
import pathlib
import sys

import pytest

from flake8_torchstyle.analysis.nodes import NodeIndex
from flake8_torchstyle.analysis.walking import walk

SILENT = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
SOURCES = {
    "match": "match x:\n case A(1, b=[2, *rest], c={3: v, **others}) | None if y: pass\n case _ as z: pass\n",
    "scopes": "def f():\n    global a, b\n    nonlocal c\n    from .m import x as y\n    import a.b as c\n",
    "gaps": "{**a, 'b': 1}\ndef f(*, a, b=1, **c): return lambda *, d, e=2: (d, e)\n",
    "text": "f'{x!r:>{width}} {y}'\nb'a' b'b'\n",
    "async": "async def f():\n  async with a as b, c: pass\n  async for d in e: await g\n  return [h async for h in i]",
    "exceptions": "try: pass\nexcept A as b: raise C from d\nelse: assert e, f\nfinally: del g[1:2:3], h.i\n",
    "classes": "@a\nclass B(C, d=e):\n    f: int = 1\n    g += (yield h)\n",
}
if sys.version_info >= (3, 12):
    SOURCES["types"] = "type A[T: int, *Ts, **P] = list[T]\ndef f[T](x: T) -> T: pass\n"


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in SOURCES.items()])
def test_every_kind_of_node(source: str) -> None:
    tree = ast.parse(source)
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, SILENT)]


@pytest.mark.parametrize("module", ["ast", "typing", "dataclasses", "tokenize"])
def test_real_source(module: str) -> None:
    path = pathlib.Path(ast.__file__).with_name(f"{module}.py")
    tree = ast.parse(path.read_bytes())
    assert walk(tree) == [node for node in ast.walk(tree) if not isinstance(node, SILENT)]


def test_classes_are_found_without_walking_expressions() -> None:
    source = """
class A:
    class B: pass
    def f(self):
        if x:
            class C: pass
try:
    class D: pass
except E:
    class A: pass
else:
    match x:
        case 1:
            class F: pass
"""
    tree = ast.parse(source)
    index = NodeIndex(tree)
    walked = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [node for nodes in index.classes.values() for node in nodes] == sorted(
        walked, key=lambda node: list(index.classes).index(node.name)
    )
    assert {name: len(nodes) for name, nodes in index.classes.items()} == {"A": 2, "B": 1, "C": 1, "D": 1, "F": 1}
    assert "all" not in vars(index)
