"""`torchstyle clean`: remove the caches below a folder."""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
from collections.abc import Iterator

from ..cache import TAG
from ..config import CACHE_FOLDER
from . import OK, CommandError

_EPILOG = f"""\
examples:
  torchstyle clean                 remove every {CACHE_FOLDER} in this folder and below
  torchstyle clean src /tmp/cache  the same for other folders, or a folder given to --cache-dir

Only folders that torchstyle made are removed: those with its {TAG} in them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="*", default=["."], metavar="FOLDER", help="(default: the current folder)")


def run(args: argparse.Namespace) -> int:
    """Remove the caches and return the exit code.

    Raises CommandError where one cannot be removed.
    """
    for path in args.paths:
        if not os.path.isdir(path):
            raise CommandError(f"{path}: no such folder")
        for cache in list(_caches(pathlib.Path(path))):
            try:
                shutil.rmtree(cache)
            except OSError as error:
                raise CommandError(f"{cache}: {error.strerror}") from error
            print(f"Removed {cache}")
    return OK


def _caches(top: pathlib.Path) -> Iterator[pathlib.Path]:
    if _is_cache(top):
        yield top
        return
    for folder, names, _ in os.walk(top):
        if CACHE_FOLDER in names and _is_cache(pathlib.Path(folder, CACHE_FOLDER)):
            yield pathlib.Path(folder, CACHE_FOLDER)


def _is_cache(folder: pathlib.Path) -> bool:
    """Whether torchstyle made a folder; a link to one is left alone."""
    try:
        return not folder.is_symlink() and "Made by torchstyle" in (folder / TAG).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
