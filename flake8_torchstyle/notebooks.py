"""Jupyter notebooks as one Python module, and edits of that module carried back into the JSON text.

The code cells are joined in order, since names flow from cell to cell. What IPython adds to Python (`%magic`, `!shell`,
`help?`) is masked at equal length. Edits are translated to places inside the JSON string literals, so that nothing else
of the file changes. Format: https://nbformat.readthedocs.io
"""

from __future__ import annotations

import ast
import bisect
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .diagnostics import Edit, Location
from .text import LineTable

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}]+")
_SURROGATES = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_CHARACTER = re.compile(rf"{_SURROGATES}|\\u[0-9a-fA-F]{{4}}|\\.|[^\\]", re.DOTALL)
_MAGIC = re.compile(r"^(\s*(?:[\w.,\s\[\]]+=\s*)?)([%!?].*|[\w.]+\?{1,2}\s*)$")
# Cell magics whose cell is Python all the same.
_PYTHON_CELL_MAGICS = frozenset({"time", "timeit", "capture", "prun", "python", "python3"})


class NotebookError(ValueError):
    """The text is not a notebook."""


@dataclass(frozen=True, slots=True)
class _Literal:
    """A JSON string in the file: `start` is the offset behind its opening quote, `ends` of each character."""

    text: str
    offsets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """A parsed JSON value and where it begins; containers hold values, strings are literals."""

    data: dict[str, _Value] | list[_Value] | _Literal | str


@dataclass(frozen=True, slots=True)
class _Cell:
    """A code cell: its number (from 1, over all cells), the literals of its source, where it begins in the module."""

    number: int
    literals: tuple[_Literal, ...]
    first_row: int
    first_offset: int
    listed: bool

    @property
    def text(self) -> str:
        return "".join(literal.text for literal in self.literals)


class Notebook:
    """A notebook's text, its code as one module (`python`), and the way between the two."""

    def __init__(self, text: str, cells: list[_Cell], python: str) -> None:
        self.text = text
        self.python = python
        self._cells = cells
        self._rows = [cell.first_row for cell in cells]
        self._offsets = [cell.first_offset for cell in cells]

    @classmethod
    def parse(cls, text: str) -> Notebook:
        """Read a notebook; one in another language than Python has no code.

        Raises NotebookError when the text is not a notebook.
        """
        try:
            json.loads(text, strict=False)
            root, _ = _value(text, _skip(text, 0))
        except (RecursionError, ValueError) as error:
            raise NotebookError("not a notebook: invalid JSON") from error
        cells = root.data.get("cells") if isinstance(root.data, dict) else None
        if cells is None or not isinstance(cells.data, list):
            raise NotebookError("not a notebook: no cells")
        found: list[_Cell] = []
        parts: list[str] = []
        row = offset = 0
        for number, cell in enumerate(cells.data if _is_python(root) else [], start=1):
            source = _code(cell)
            if source is None:
                continue
            listed, literals = source
            found.append(_Cell(number, tuple(literals), row + 1, offset, listed))
            masked = _mask(found[-1].text)
            part = masked if masked.endswith("\n") else masked + "\n"
            parts.append(part)
            row += LineTable(part).rows - 1
            offset += len(part)
        return cls(text, found, "".join(parts))

    def place(self, location: Location) -> tuple[int, Location]:
        """The number of the cell that holds a place of the module, and the place within the cell."""
        if not self._cells:
            return 1, location
        cell = self._cells[bisect.bisect_right(self._rows, location.row) - 1]
        return cell.number, Location(location.row - cell.first_row + 1, location.column)

    def patched(self, edits: Iterable[Edit]) -> str:
        """The notebook's text with edits of the module applied."""
        table = LineTable(self.python)
        spans = [self._in_json(table.offset(edit.start), table.offset(edit.end), edit.content) for edit in edits]
        text = self.text
        for start, end, content in sorted(spans, reverse=True):
            text = text[:start] + content + text[end:]
        return text

    def _in_json(self, start: int, end: int, content: str) -> tuple[int, int, str]:
        index = bisect.bisect_right(self._offsets, start) - 1
        cell = self._cells[index]
        if start == end == cell.first_offset and index and not self._cells[index - 1].text.endswith("\n"):
            # A row added behind the last row of a cell belongs to that cell.
            cell = self._cells[index - 1]
            start = end = cell.first_offset + len(cell.text)
            content = "\n" + content.rstrip("\r\n")
        size = len(cell.text)
        relative = min(start - cell.first_offset, size), min(end - cell.first_offset, size)
        first, last = (self._json_offset(cell, place) for place in relative)
        return first, last, self._encoded(content, cell)

    def _json_offset(self, cell: _Cell, place: int) -> int:
        for literal in cell.literals:
            if place < len(literal.text):
                return literal.offsets[place]
            place -= len(literal.text)
        return cell.literals[-1].offsets[-1]

    def _encoded(self, content: str, cell: _Cell) -> str:
        encoded = json.dumps(content, ensure_ascii=False)[1:-1]
        if not cell.listed or len(cell.literals) < 2:
            return encoded
        # One list item per row, set apart as the items already there are.
        between = self.text[cell.literals[0].offsets[-1] : cell.literals[1].offsets[0]]
        rows = json.dumps(content, ensure_ascii=False)[1:-1].split("\\n")
        return f"\\n{between}".join(rows) if len(rows) > 1 and rows[-1] else encoded.replace("\\n", f"\\n{between}")


def _is_python(root: _Value) -> bool:
    match root.data:
        case {"metadata": _Value(data={"kernelspec": _Value(data={"language": _Value(data=_Literal(text=language))})})}:
            return language.lower() in ("python", "ipython")
        case {"metadata": _Value(data={"language_info": _Value(data={"name": _Value(data=_Literal(text=language))})})}:
            return language.lower() in ("python", "ipython")
    return True


def _code(cell: _Value) -> tuple[bool, list[_Literal]] | None:
    """The literals that make up the source of a code cell, and whether they stand in a list."""
    match cell.data:
        case {"cell_type": _Value(data=_Literal(text="code")), "source": _Value(data=_Literal() as literal)}:
            return False, [literal]
        case {"cell_type": _Value(data=_Literal(text="code")), "source": _Value(data=list(items))}:
            literals = [item.data for item in items if isinstance(item.data, _Literal)]
            return (True, literals) if literals else None
    return None


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> tuple[_Value, int]:
    """The JSON value at an offset, and the offset behind it; the text is known to be valid JSON."""
    match text[at]:
        case '"':
            literal, end = _string(text, at)
            return _Value(literal), end
        case "{":
            members: dict[str, _Value] = {}
            at = _skip(text, at + 1)
            while text[at] != "}":
                key, at = _string(text, at)
                members[key.text], at = _value(text, _skip(text, _skip(text, at) + 1))
                at = _next(text, at)
            return _Value(members), at + 1
        case "[":
            items: list[_Value] = []
            at = _skip(text, at + 1)
            while text[at] != "]":
                item, at = _value(text, at)
                items.append(item)
                at = _next(text, at)
            return _Value(items), at + 1
    found = _SCALAR.match(text, at)
    return _Value(found.group() if found else ""), found.end() if found else at + 1


def _next(text: str, at: int) -> int:
    """The offset of the next member or item, or of the closing bracket."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _string(text: str, at: int) -> tuple[_Literal, int]:
    found = _STRING.match(text, at)
    if found is None:
        raise ValueError("invalid JSON")
    offsets = [match.start() for match in _CHARACTER.finditer(text, at + 1, found.end() - 1)]
    return _Literal(json.loads(found.group(), strict=False), (*offsets, found.end() - 1)), found.end()


def _mask(code: str) -> str:
    """A cell's text with everything that only IPython understands made a comment or a constant of equal length."""
    if _parses(code):
        return code
    rows = code.splitlines(keepends=True)
    first = rows[0].split() if rows else []
    if first and first[0].startswith("%%") and first[0][2:] not in _PYTHON_CELL_MAGICS:
        return "".join(map(_comment, rows))
    return "".join(_masked_rows(rows))


def _parses(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _masked_rows(rows: list[str]) -> Iterator[str]:
    continued = False
    for row in rows:
        body = row.rstrip("\r\n")
        magic = _MAGIC.match(body)
        if continued:
            yield _comment(row)
        elif magic:
            head, tail = magic.groups()
            yield head + "0#"[: len(tail)] + tail[2:] + row[len(body) :]
        else:
            yield row
        continued = (continued or magic is not None) and body.endswith("\\")


def _comment(row: str) -> str:
    return "#" + row[1:] if row.strip() else row
