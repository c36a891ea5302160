"""Notebooks: cells as one module, magics, places, and edits that touch nothing but the text they change."""

from __future__ import annotations

import ast
import json
import pathlib

import pytest

from flake8_torchstyle.notebooks import Notebook, NotebookError

from .conftest import Run


def notebook(*cells: object, ascii_only: bool = False, indent: int | None = 1, **metadata: object) -> str:
    listed = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell}
        if not isinstance(cell, dict)
        else cell
        for cell in cells
    ]
    value = {"cells": listed, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only) + "\n"


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


MARKDOWN = {"cell_type": "markdown", "metadata": {}, "source": ["import torch.relu"]}
CELLS = (
    ["import torch\n", "from torch import nn"],
    MARKDOWN,
    ["%matplotlib inline\n", "# é \u2028\n", "y = torch.relu(x)\n", "!ls"],
    "z = torch.softmax(\n    x,\n    1,\n)",
)


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("indent", [None, 1, 4])
def test_check_and_fix(run: Run, project: pathlib.Path, ascii_only: bool, indent: int | None) -> None:
    text = notebook(*CELLS, ascii_only=ascii_only, indent=indent)
    (project / "a.ipynb").write_text(text, encoding="utf-8")
    items = json.loads(run("check", "--output-format", "json").out)
    assert [(i["cell"], i["location"]["row"], i["code"]) for i in items] == [(3, 3, "TS201"), (4, 1, "TS202")]
    assert "a.ipynb:cell 3:3:11: TS201" in run("check", "--output-format", "concise").out
    assert run("fix").code == 0
    fixed = (project / "a.ipynb").read_text(encoding="utf-8")
    assert fixed == text.replace("torch.relu(x)", "nn.functional.relu(x)").replace(
        "torch.softmax(", "nn.functional.softmax("
    )
    assert run("fix").out == "Nothing to fix.\n"


def test_an_import_is_added_as_a_row_of_its_cell(run: Run, project: pathlib.Path) -> None:
    text = notebook(["import torch"], ["y = torch.relu(x)\n", "print(y)"])
    (project / "a.ipynb").write_text(text)
    run("fix")
    fixed = (project / "a.ipynb").read_text()
    assert json.loads(fixed)["cells"][0]["source"] in (
        ["import torch\n", "import torch.nn.functional as F"],
        ["import torch\nimport torch.nn.functional as F"],
    )
    assert json.loads(fixed)["cells"][1]["source"] == ["y = F.relu(x)\n", "print(y)"]


def test_an_import_is_added_between_rows(run: Run, project: pathlib.Path) -> None:
    text = notebook(["import torch\n", "\n", "y = torch.relu(x)"])
    (project / "a.ipynb").write_text(text)
    run("fix")
    assert json.loads((project / "a.ipynb").read_text())["cells"][0]["source"] == [
        "import torch\n", "import torch.nn.functional as F\n", "\n", "y = F.relu(x)"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    [
        "%time y = 1", "!pip install torch", "files = !ls", "torch.relu?", "?torch.relu", "%%bash\nls | wc\nfor x",
        "%%time\ny = torch.relu(x)", "if a:\n    %time b()\n", "!pip install \\\n  torch", "x = (1\n    % 2)",
        "await f()",
    ],
)  # fmt: skip
def test_what_only_ipython_understands(cell: str) -> None:
    book = Notebook.parse(notebook(cell, "y = 1"))
    ast.parse(book.python)
    assert len(book.python) == len(cell.rstrip("\n")) + 1 + len("y = 1\n")


def test_a_python_cell_magic_keeps_its_cell(run: Run, project: pathlib.Path) -> None:
    (project / "a.ipynb").write_text(notebook("import torch", "%%time\ny = torch.relu(x)"))
    assert run("check", "--output-format", "concise").out.startswith("a.ipynb:cell 2:2:11: TS201")


def test_other_languages_have_no_code() -> None:
    text = notebook("x <- torch.relu", kernelspec={"language": "R", "name": "ir"})
    assert Notebook.parse(text).python == ""


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"cells": 1}', "null", "{'cells': []}"])
def test_what_is_no_notebook(text: str) -> None:
    with pytest.raises(NotebookError):
        Notebook.parse(text)


def test_a_cell_that_does_not_parse_is_named(run: Run, project: pathlib.Path) -> None:
    (project / "a.ipynb").write_text(notebook("import torch", "def (:"))
    result = run("check", "a.ipynb")
    assert result.code == 2
    assert result.err.startswith("a.ipynb: cell 2:1:5: ")
