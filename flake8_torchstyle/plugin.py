"""The flake8 adapter and nothing else: flake8's tree and lines in, flake8's tuples out.

flake8 applies selection and `# noqa` itself, so every rule is on here.
"""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterator

from . import __version__


class TorchStylePlugin:
    """A flake8 plugin of type `tree`."""

    name = "flake8-torchstyle"
    version = __version__

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self._tree = tree
        self._filename = filename
        self._lines = lines

    def run(self) -> Iterator[tuple[int, int, str, type[TorchStylePlugin]]]:
        """Yield row (from 1), column (from 0), text and type of each finding, as flake8 wants them.

        What cannot be looked at yields nothing: flake8 has its own word for a file that does not parse.
        """
        # flake8 loads its plugins also where it looks at no file, and in each of its processes.
        import gc

        from .engine import lint

        path = None if self._filename in ("-", "stdin") else pathlib.Path(self._filename)
        try:
            findings = lint("".join(self._lines), path, _every_rule, tree=self._tree)
        except SyntaxError:
            return
        if findings:
            # The files that the analysis read are kept for the next one: millions of objects without a cycle among
            # them, which the collector would otherwise go through again and again while flake8 works.
            gc.freeze()
        for finding in findings:
            yield finding.start.row, finding.start.column - 1, f"{finding.code} {finding.message}", type(self)


def _every_rule(_code: str) -> bool:
    return True
