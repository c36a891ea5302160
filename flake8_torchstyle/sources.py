"""Bytes to text and back: decoding as Python does, notebooks, and writing files so that none is ever half written.

A `Source` is what the engine sees of a file: one module of Python text. `Source.patched` carries edits of that text
over to the bytes of the file and leaves every other byte alone.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import tokenize
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .diagnostics import Edit, Finding, Location
from .text import apply_edits

if TYPE_CHECKING:
    from .notebooks import Notebook

PYTHON_SUFFIXES = frozenset({".py", ".pyi"})
NOTEBOOK_SUFFIX = ".ipynb"


class SourceError(Exception):
    """A file that cannot be read, decoded or written; the text says why."""


class Source(NamedTuple):
    """The Python text of a file; `notebook` tells where its rows lie if the file is one."""

    text: str
    encoding: str
    notebook: Notebook | None = None

    def place(self, location: Location) -> tuple[int | None, Location]:
        """The notebook cell (from 1; None in a plain file) and the place within it."""
        return self.notebook.place(location) if self.notebook else (None, location)

    def patched(self, edits: Iterable[Edit]) -> bytes:
        """The file's bytes with edits of `text` applied.

        Raises SourceError when the new text has no form in the file's encoding.
        """
        text = self.notebook.patched(edits) if self.notebook else apply_edits(self.text, edits)
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SourceError(f"the fixed text cannot be written as {self.encoding}: {error}") from error


def decode(data: bytes, suffix: str = ".py") -> Source:
    """The source in a file's bytes; its encoding is what a byte order mark or a coding cookie says, else UTF-8.

    Raises SourceError for an unknown encoding, bytes that are invalid in it, and a notebook that is not one.
    """
    if suffix == NOTEBOOK_SUFFIX:
        from .notebooks import Notebook, NotebookError

        text, encoding = _decode(data, "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")
        try:
            notebook = Notebook.parse(text)
        except NotebookError as error:
            raise SourceError(str(error)) from error
        return Source(notebook.python, encoding, notebook)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        raise SourceError(str(error)) from error
    return Source(*_decode(data, encoding))


def _decode(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"invalid {encoding} at byte {error.start}") from error
    if text.encode(encoding) != data:
        raise SourceError(f"{encoding} text that does not survive being read and written")
    return text, encoding


def read(path: pathlib.Path) -> Source:
    """The source of a file.

    Raises SourceError when it cannot be read or decoded.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(error.strerror or str(error)) from error
    return decode(data, path.suffix)


def write(path: pathlib.Path, data: bytes) -> None:
    """Replace a file's content in one step, permissions kept; of a symbolic link the target is replaced.

    Raises SourceError when that fails; the file is then as it was.
    """
    import tempfile

    target = pathlib.Path(os.path.realpath(path))
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        pathlib.Path(temporary).chmod(target.stat().st_mode & 0o7777)
        os.replace(temporary, target)
    except OSError as error:
        raise SourceError(error.strerror or str(error)) from error
    finally:
        # After a failure or an interrupt the file is untouched and the copy must not stay behind.
        _remove(temporary)


def _remove(path: str | None) -> None:
    if path is not None:
        with contextlib.suppress(FileNotFoundError):
            pathlib.Path(path).unlink()


def syntax_error_text(error: SyntaxError, source: Source) -> str:
    """Where and why a source does not parse: `3:7: invalid syntax`, `cell 2:3:7: ...` in a notebook."""
    cell, place = source.place(Location(error.lineno or 1, max(error.offset or 1, 1)))
    prefix = f"cell {cell}:" if cell else ""
    return f"{prefix}{place.row}:{place.column}: {error.msg}"


def edits_of(findings: Iterable[Finding]) -> list[Edit]:
    """All edits of the findings' fixes."""
    return [edit for finding in findings if finding.fix for edit in finding.fix.edits]
