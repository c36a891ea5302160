"""`torchstyle verify --run`: scripts, modules, subprocesses and workers; the program runs as it does without."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import textwrap

import pytest

from tests.conftest import Run

from .conftest import NET, Shadow, statuses

TRAIN = textwrap.dedent(
    """
    import sys

    import torch
    from net import Net, act

    if __name__ == "__main__":
        torch.manual_seed(0)
        net = Net()
        optimizer = torch.optim.SGD(net.parameters(), 0.1)
        for _ in range(3):
            loss = net.forward(torch.randn(6, 8)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(loss.item(), net.norm.running_mean.tolist(), torch.rand(2).tolist())
        print(sys.argv, __name__, __spec__, __package__, __file__, sys.path[0])
    """
)
WORKERS = textwrap.dedent(
    """
    import multiprocessing
    import subprocess
    import sys

    import torch

    import net


    class Data(torch.utils.data.Dataset):
        def __len__(self):
            return 6

        def __getitem__(self, index):
            return net.act(torch.tensor([index - 3.0]))


    def work(x):
        return torch.celu(torch.tensor([x])).item()


    if __name__ == "__main__":
        print([batch.tolist() for batch in torch.utils.data.DataLoader(Data(), batch_size=3, num_workers=2)])
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(pool.map(work, [-1.0, 1.0]))
            pool.close()
            pool.join()
        print(subprocess.run([sys.executable, "-c", "import net, torch; print(net.never(torch.ones(2)))"]).returncode)
    """
)


def plain(project: pathlib.Path, *command: str) -> str:
    """What a command prints without shadow."""
    words = [word.format(python=sys.executable) for word in command]
    return subprocess.run(words, cwd=project, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "command",
    [pytest.param(("{python}", "train.py", "--lr=1"), id="script"), pytest.param(("{python}", "-m", "train"), id="-m")],
)
def test_a_program_prints_what_it_does_without(shadow: Shadow, project: pathlib.Path, command: tuple[str, ...]) -> None:
    (project / "train.py").write_text(TRAIN)
    done, report = shadow(*command)
    wanted, seen = plain(project, *command), done.stdout
    if "-m" in command:
        # The loader of `-m` shows in the spec, which prints with the folder's own path.
        wanted, seen = wanted.split("ModuleSpec")[0], seen.split("ModuleSpec")[0]
    assert wanted and seen.startswith(wanted)
    assert done.returncode == 0, done.stdout + done.stderr
    assert statuses(report) == {
        "net.py:15:TS101": "same",
        "net.py:15:TS201": "same",
        "net.py:16:TS201": "same",
        "net.py:20:TS201": "never executed",
        "net.py:24:TS202": "never executed",
        "train.py:12:TS101": "same",
    }
    assert report["devices"] == ["cpu"] and report["absent"]
    assert all(site["gradients"] for site in report["sites"] if site["status"] == "same")


def test_workers_and_subprocesses_are_followed(shadow: Shadow, project: pathlib.Path) -> None:
    (project / "workers.py").write_text(WORKERS)
    done, report = shadow("{python}", "workers.py")
    assert done.stdout.startswith(plain(project, "{python}", "workers.py"))
    calls = {place: site["calls"] for place, site in zip(statuses(report), report["sites"], strict=True)}
    assert calls == {
        "net.py:15:TS101": 0,
        "net.py:15:TS201": 0,
        "net.py:16:TS201": 0,
        "net.py:20:TS201": 6,
        "net.py:24:TS202": 1,
        "workers.py:20:TS201": 2,
    }
    assert len(report["processes"]) == 5


def test_nothing_is_left_on_disk(shadow: Shadow, project: pathlib.Path) -> None:
    before = (project / "net.py").read_bytes()
    shadow("{python}", "-c", "import net")
    assert sorted(path.name for path in project.iterdir()) == ["net.py", "report.json"]
    assert (project / "net.py").read_bytes() == before


def test_a_wrong_rewrite_is_found_on_the_users_data(shadow: Shadow, project: pathlib.Path) -> None:
    """With one value per channel the documented function raises and the alias does not."""
    (project / "edge.py").write_text(
        "import torch\ny = torch.group_norm(torch.ones(1, 2), 2)\nz = torch.relu(y)\nprint(z)\n"
    )
    done, report = shadow("{python}", "edge.py")
    assert done.returncode == 1
    assert statuses(report)["edge.py:2:TS201"] == "different"
    assert statuses(report)["edge.py:3:TS201"] == "same"
    (site,) = [site for site in report["sites"] if site["status"] == "different"]
    assert "ValueError" in site["difference"] and "float32[1, 2]" in site["difference"]


def test_the_status_of_the_command_counts(shadow: Shadow) -> None:
    done, report = shadow("{python}", "-c", "import net, sys; sys.exit(3)")
    assert done.returncode == 1 and report["status"] == 3


def test_a_process_out_of_sight_is_said_to_be(shadow: Shadow) -> None:
    done, report = shadow("{python}", "-I", "-S", "-c", "print('hidden')")
    assert done.returncode == 2
    assert report["processes"] == []
    assert "no process executed a module" in done.stdout


def test_another_sitecustomize_still_runs(
    shadow: Shadow, project: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("print('mine')\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    done, report = shadow("{python}", "-c", "import net, torch; net.act(torch.ones(1))")
    assert done.stdout.startswith("mine\n")
    assert statuses(report)["net.py:20:TS201"] == "same"


@pytest.mark.parametrize(
    "arguments, told",
    [
        pytest.param(("verify", "--run"), "--run and a command belong together", id="no command"),
        pytest.param(("verify", "--", "true"), "--run and a command belong together", id="no --run"),
        pytest.param(("verify", "--run", "--", "no-such-command-here"), "no-such-command-here", id="no such command"),
        pytest.param(("verify", "nowhere", "--run", "--", "true"), "nowhere", id="no such path"),
        pytest.param(("verify", "src"), "PATH has a meaning only with --run", id="path without --run"),
    ],
)
def test_usage(run: Run, project: pathlib.Path, arguments: tuple[str, ...], told: str) -> None:
    (project / "net.py").write_text(NET)
    result = run(*arguments)
    assert result.code == 2
    assert told in result.err


def test_without_pending_rewrites_the_command_runs_all_the_same(run: Run, project: pathlib.Path) -> None:
    result = run("verify", "--run", "--", sys.executable, "-c", "open('made', 'w').close()")
    assert result.code == 0
    assert (project / "made").exists()
    assert "no rewrite is pending" in result.out
