"""Published packages to run on: pinned, downloaded once with pip, unpacked without being installed."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tempfile
import zipfile

PINNED = {
    "espnet": "202511",
    "kornia": "0.9.0",
    "nemo_toolkit": "3.0.0",
    "timm": "1.0.31",
    "transformers": "5.24.0",
    "vit_pytorch": "1.26.11",
}


def fetch(name: str, cache: pathlib.Path) -> pathlib.Path:
    """The folder below `cache` that holds the Python files of a pinned package.

    Raises subprocess.CalledProcessError when it cannot be downloaded.
    """
    folder = cache / f"{name}-{PINNED[name]}"
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        target = pathlib.Path(temporary)
        options = ["-q", "--no-deps", "--only-binary=:all:", "-d", temporary, f"{name}=={PINNED[name]}"]
        subprocess.run([sys.executable, "-m", "pip", "download", *options], check=True)
        (wheel,) = target.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target / "unpacked", [n for n in archive.namelist() if n.endswith(".py")])
        (target / "unpacked").rename(folder)
    return folder
