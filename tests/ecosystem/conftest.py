"""Published packages as fixtures."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Callable

import pytest

from .packages import fetch

Copy = Callable[[str], pathlib.Path]


@pytest.fixture
def package(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Copy:
    """A copy of a pinned package to work on; the download is kept in pytest's cache."""

    def copy(name: str) -> pathlib.Path:
        found = fetch(name, request.config.cache.mkdir("packages"))
        return pathlib.Path(shutil.copytree(found, tmp_path / name))

    return copy
