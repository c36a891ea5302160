"""Which classes a file gives their own `__call__`, by its text: one too many is read and dismissed, none is missed."""

from __future__ import annotations

import pytest

from flake8_torchstyle.analysis.hierarchy import statements

CALL = "def __call__(self): pass\n"
SOURCES = {
    "method": ("class A:\n    " + CALL, {"A"}),
    "class above": ("class B:\n    x = 1\n\n\nclass A:\n    " + CALL, {"A"}),
    "class inside": ("class A:\n    class B:\n        x = 1\n\n    " + CALL, {"A"}),
    "class in a method above": (
        "class A:\n    def f(self):\n      class B: pass\n    if x:\n        " + CALL, {"A", "B"},
    ),
    "class in a docstring": (f'class A:\n    """\nclass B:\n    x\n    """\n\n    {CALL}', {"A", "B"}),
    "tabs": (f"class B:\n\tx = 1\nclass A:\n\t{CALL}", {"A", "B"}),
    "one row": ("class B: pass\nclass A: __call__ = f\n", {"A", "B"}),
    "annotated": ("class A:\n    __call__: T = f\n", {"A"}),
    "from outside": ("class A: pass\nclass B: pass\nA.__call__ = f\n", {"A"}),
    "by name": ("class A: pass\nclass B: pass\nsetattr(A, '__call__', f)\n", {"A"}),
    "none": ("class A:\n    def f(self):\n        return self.call()\n", set()),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), SOURCES.values(), ids=SOURCES)
def test_classes_with_their_own_call(source: str, expected: set[str]) -> None:
    assert {name.decode() for name in statements(source.encode()).with_call} == expected
