"""Benchmark on published packages; prints Markdown tables with the versions and the machine.

    python -m tests.benchmarks                       everything: an hour and a half, most of it TorchFix's
    python -m tests.benchmarks --torchfix-runs 0     without TorchFix: a quarter of an hour
    python -m tests.benchmarks --packages vit_pytorch --runs 3

Needs: Linux or macOS, Python with this package installed with its extra `test` (which brings Ruff), and network for the
first run, in which pip downloads the pinned packages and installs TorchFix and flake8 into environments of their own
(TorchFix needs another version of libcst). Everything is kept below `--folder`. Figures are CPU seconds, user and
system, of whole processes, medians over runs in turn; a machine that does nothing else gives the best ones.
"""

from __future__ import annotations

import argparse
import compileall
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import version

import flake8_torchstyle

from ..ecosystem.packages import PINNED, fetch
from .measure import Run, in_turn, median, run

PACKAGES = ("kornia", "vit_pytorch", "timm", "nemo_toolkit", "transformers")
TORCHFIX = "torchfix==0.7.0"
CLEAN = "import torch\n\ny = torch.sigmoid(x)\n"
BIN = pathlib.Path(sys.executable).parent


def main() -> None:
    """Run the benchmark."""
    summary, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--packages", nargs="+", choices=PACKAGES, default=PACKAGES)
    parser.add_argument("--runs", type=int, default=5, help="runs of each tool after one that warms up (default: 5)")
    parser.add_argument("--torchfix-runs", type=int, default=1, help="runs of TorchFix, without a warm-up (default: 1)")
    parser.add_argument("--torchfix-packages", nargs="*", choices=PACKAGES, default=PACKAGES)
    parser.add_argument("--flake8-runs", type=int, default=5, help="runs of flake8 on nemo_toolkit (default: 5)")
    parser.add_argument("--copies", type=int, default=3, help="of each package in the large tree (default: 3)")
    folder = pathlib.Path(tempfile.gettempdir()) / "torchstyle-benchmarks"
    parser.add_argument("--folder", type=pathlib.Path, default=folder, help="for downloads (default: %(default)s)")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    # As pip does with all that it installs; an editable install may never have been compiled.
    compileall.compile_dir(flake8_torchstyle.__path__[0], quiet=1)
    torchfix = _environment(args.folder, TORCHFIX) if args.torchfix_runs and args.torchfix_packages else None
    print(f"{_machine()}; {_versions()}; {args.runs} runs in turn, medians.\n")
    _compare(args, torchfix)
    _small(args)
    if args.copies:
        _large(args)
    if args.flake8_runs:
        _flake8(args)


def _environment(folder: pathlib.Path, requirement: str) -> pathlib.Path:
    """The programs of a virtual environment that holds one package."""
    place = folder / requirement
    if not place.is_dir():
        venv.create(place, with_pip=True)
        subprocess.run([place / "bin" / "python", "-m", "pip", "install", "-q", requirement], check=True)
    return place / "bin"


def _compare(args: argparse.Namespace, torchfix: pathlib.Path | None) -> None:
    """Check whole packages."""
    print("| package | files | MB | torchstyle | Ruff, all rules | of Ruff's | TorchFix | TorchFix takes |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name in args.packages:
        package = fetch(name, args.folder)
        commands = {
            "torchstyle": [f"{BIN}/torchstyle", "check", "--no-cache", "--jobs", "1", "."],
            "ruff": [f"{BIN}/ruff", "check", "--isolated", "--no-cache", "--select", "ALL", "."],
        }
        times = in_turn(commands, package, args.runs)
        own, ruff = times["torchstyle"].cpu, times["ruff"].cpu
        slow = _torchfix(args, torchfix, name, package)
        sources = list(package.rglob("*.py"))
        size = sum(path.stat().st_size for path in sources) / 1e6
        theirs = f"{slow.cpu:.0f} s | {slow.cpu / own:.0f} x" if slow else "- | -"
        cells = f"{name} {PINNED[name]} | {len(sources)} | {size:.1f} | {own:.2f} s | {ruff:.2f} s | {own / ruff:.0%}"
        print(f"| {cells} | {theirs} |", flush=True)


def _torchfix(args: argparse.Namespace, torchfix: pathlib.Path | None, name: str, package: pathlib.Path) -> Run | None:
    if torchfix is None or name not in args.torchfix_packages:
        return None
    command = [f"{torchfix}/torchfix", "--select", "ALL", "."]
    return median([run(command, package) for _ in range(args.torchfix_runs)])


def _flake8(args: argparse.Namespace) -> None:
    """What the plugin adds to flake8."""
    plain = _environment(args.folder, f"flake8=={version('flake8')}")
    package = fetch("nemo_toolkit", args.folder)
    options = ["--isolated", "-j1", "."]
    commands = {"with": [f"{BIN}/flake8", *options], "without": [f"{plain}/flake8", *options]}
    times = in_turn(commands, package, args.flake8_runs, warm_up=False)
    bare, both = times["without"].cpu, times["with"].cpu
    print(f"\nflake8 -j1 on nemo_toolkit: {bare:.1f} s, with the plugin {both:.1f} s ({both / bare - 1:+.1%})")


def _small(args: argparse.Namespace) -> None:
    """Start-up, the cache, several processes."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=args.folder))
    (folder / "clean.py").write_text(CLEAN)
    start = [sys.executable, "-c"]
    engines = "import flake8.main.application, flake8.checker, pyflakes.checker, pycodestyle"
    commands = {
        "Python and `import libcst`": [*start, "import libcst"],
        "`torchstyle --help`": [f"{BIN}/torchstyle", "--help"],
        "`torchstyle check` of one clean file": [f"{BIN}/torchstyle", "check", "--no-cache", "clean.py"],
        "flake8's imports": [*start, engines],
        "flake8's imports and the plugin's": [*start, f"{engines}; import flake8_torchstyle.plugin"],
    }
    print("\n| | CPU | passed | peak |\n|---|--:|--:|--:|")
    _rows(in_turn(commands, folder, max(args.runs, 5)))
    package = fetch("transformers" if "transformers" in args.packages else args.packages[0], args.folder)
    check = [f"{BIN}/torchstyle", "check"]
    with tempfile.TemporaryDirectory() as cache:
        commands = {
            f"{package.name}, `--jobs 1`": [*check, "--no-cache", "--jobs", "1", "."],
            f"{package.name}, `--jobs 2`": [*check, "--no-cache", "--jobs", "2", "."],
            f"{package.name}, unchanged, from the cache": [*check, "--cache-dir", cache, "."],
        }
        _rows(in_turn(commands, package, args.runs))


def _large(args: argparse.Namespace) -> None:
    """Many files in one call: copies of all packages, each a project of its own."""
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        for name in args.packages:
            for number in range(args.copies):
                shutil.copytree(
                    fetch(name, args.folder), pathlib.Path(folder, f"{name}{number}"), copy_function=os.link
                )
        sources = list(pathlib.Path(folder).rglob("*.py"))
        size = sum(path.stat().st_size for path in sources) / 1e6
        commands = {
            f"{len(sources)} files, {size:.0f} MB, `--jobs {jobs}`": [
                f"{BIN}/torchstyle", "check", "--no-cache", "--jobs", str(jobs), ".",
            ]
            for jobs in (1, 2)
        }  # fmt: skip
        _rows(in_turn(commands, pathlib.Path(folder), args.runs, warm_up=False))


def _rows(times: dict[str, Run]) -> None:
    for name, time in times.items():
        print(f"| {name} | {time.cpu:.3f} s | {time.wall:.3f} s | {time.peak:.0f} MB |", flush=True)


def _machine() -> str:
    model = platform.processor() or platform.machine()
    try:
        rows = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        model = next(row.partition(": ")[2] for row in rows if row.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{platform.system()}, {model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _versions() -> str:
    return f"torchstyle {version('flake8-torchstyle')}, Ruff {version('ruff')}, flake8 {version('flake8')}, {TORCHFIX}"


if __name__ == "__main__":
    main()
