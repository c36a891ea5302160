"""Imported by every Python that starts with this folder on PYTHONPATH: shadows it, then runs the next of its name."""

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _shadow() -> None:
    try:
        from flake8_torchstyle.runtime.shadow.hook import install
    except ImportError as error:
        print(f"torchstyle: {sys.executable} is not shadowed: {error}", file=sys.stderr)
    else:
        install()


def _run_the_next() -> None:
    others = [path for path in sys.path if os.path.abspath(path or ".") != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if os.environ.get("TORCHSTYLE_SHADOW"):
    _shadow()
_run_the_next()
