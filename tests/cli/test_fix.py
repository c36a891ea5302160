"""`torchstyle fix`: what is written, what is left alone, the diff, exit codes."""

from __future__ import annotations

import pathlib
import stat
import subprocess
import sys

import pytest

from ..conftest import ALIAS, CLEAN, FIXED, Run

UNSAFE = "def step(net, x):\n    net.zero_grad()\n    return net.forward(x)\n"


def test_fixes_in_place(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(ALIAS)
    result = run("fix")
    assert (result.code, result.out) == (0, "Fixed 1 finding in 1 file.\n")
    assert (project / "a.py").read_text() == FIXED


def test_a_second_run_changes_nothing(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(ALIAS)
    run("fix")
    before = (project / "a.py").stat().st_mtime_ns
    assert run("fix").out == "Nothing to fix.\n"
    assert (project / "a.py").stat().st_mtime_ns == before


def test_findings_left_exit_with_one(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text("import torch\n\ny = torch.embedding_bag(w, i, o)\n")
    result = run("fix")
    assert result.code == 1
    assert "a.py:3:11: TS201" in result.out


def test_unsafe_fixes_only_when_asked_for(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(UNSAFE)
    assert run("fix").code == 1
    assert (project / "a.py").read_text() == UNSAFE
    assert run("fix", "--unsafe-fixes").code == 0
    assert (project / "a.py").read_text() == UNSAFE.replace("net.forward", "net")


@pytest.mark.parametrize(
    "data",
    [
        ALIAS.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + ALIAS.encode(),
        b"# coding: latin-1\nimport torch\n\ny = torch.relu('\xe9')\n",
        b"import torch\n\x0c\n\ty = 1\n".replace(b"\ty", b"y") + b"z = torch.relu(y)",
        "import torch\n\ns = '\u2028é'; y = torch.relu(s)\n".encode(),
        b"import torch\r\n\nx = 1\r\ny = torch.relu(x)\n",
    ],
    ids=["crlf", "bom", "latin-1", "form-feed-no-newline", "line-separator", "mixed"],
)
def test_bytes_outside_the_edits_stay(run: Run, project: pathlib.Path, data: bytes) -> None:
    (project / "a.py").write_bytes(data)
    assert run("fix").code == 0
    newline = b"\r\n" if b"torch\r\n" in data else b"\n"
    expected = data.replace(b"torch.relu", b"F.relu")
    expected = expected.replace(
        b"import torch" + newline, b"import torch" + newline + b"import torch.nn.functional as F" + newline
    )
    assert (project / "a.py").read_bytes() == expected


def test_permissions_and_links_stay(run: Run, project: pathlib.Path) -> None:
    target = project / "real" / "a.py"
    target.parent.mkdir()
    target.write_text(ALIAS)
    target.chmod(0o750)
    (project / "link.py").symlink_to(target)
    assert run("fix", "link.py").code == 0
    assert (project / "link.py").is_symlink()
    assert target.read_text() == FIXED
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert [path.name for path in target.parent.iterdir()] == ["a.py"]


def test_noqa_keeps_a_finding_from_being_fixed(run: Run, project: pathlib.Path) -> None:
    text = "import torch\n\ny = torch.relu(x)  # noqa: TS201\n"
    (project / "a.py").write_text(text)
    assert run("fix").code == 0
    assert (project / "a.py").read_text() == text


@pytest.mark.parametrize("tool", [["patch", "-p0"], ["git", "apply", "-p0"]], ids=["patch", "git"])
@pytest.mark.parametrize("data", [ALIAS.encode(), ALIAS.rstrip().encode(), ALIAS.replace("\n", "\r\n").encode()])
def test_the_diff_is_a_patch(shell: Run, project: pathlib.Path, tool: list[str], data: bytes) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_bytes(data)
    result = subprocess.run(
        [sys.executable, "-m", "flake8_torchstyle", "fix", "--diff", "sub"], capture_output=True, cwd=project
    )
    assert result.returncode == 1
    assert (project / "sub" / "a.py").read_bytes() == data
    arguments = [*tool, "--binary"] if tool[0] == "patch" else tool
    subprocess.run(arguments, input=result.stdout, cwd=project, check=True, capture_output=True)
    patched = (project / "sub" / "a.py").read_bytes()
    (project / "sub" / "a.py").write_bytes(data)
    shell("fix", "sub")
    assert (project / "sub" / "a.py").read_bytes() == patched


def test_a_clean_diff_exits_with_zero(run: Run, project: pathlib.Path) -> None:
    (project / "a.py").write_text(CLEAN)
    result = run("fix", "--diff")
    assert (result.code, result.out) == (0, "")


def test_standard_input_to_standard_output(shell: Run) -> None:
    result = shell("fix", "-", stdin=ALIAS.encode())
    assert (result.code, result.out) == (0, FIXED)
    assert shell("fix", "-", stdin=CLEAN.encode()).out == CLEAN
    broken = shell("fix", "-", stdin=b"def (:\n")
    assert (broken.code, broken.out) == (2, "def (:\n")


def test_a_report_that_is_none_is_an_error(run: Run, project: pathlib.Path) -> None:
    (project / "report.json").write_text("[]")
    assert run("fix", "--only-verified", "report.json").code == 2
    assert run("fix", "--only-verified", "nowhere.json").code == 2


def test_a_file_that_cannot_be_written_is_an_error_and_stays(
    run: Run, project: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "a.py").write_text(ALIAS)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    result = run("fix")
    assert result.code == 2
    assert "No space left" in result.err
    assert (project / "a.py").read_text() == ALIAS
    assert [path.name for path in project.iterdir()] == ["a.py"]
