"""Other values for a notebook."""

import copy

import pytest

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.notebook_values import notebook_with


def notebook(*sources, tags=(), minor=5):
    cells = [
        {
            "cell_type": "code",
            "execution_count": 3,
            "outputs": [],
            "metadata": {},
            "source": source,
            "id": str(number),
        }
        for number, source in enumerate(sources)
    ]
    for number, tag in tags:
        cells[number]["metadata"]["tags"] = [tag]
    cells.insert(0, {"cell_type": "markdown", "metadata": {}, "source": "alpha = 7", "id": "m"})
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor}


def changed(before, values):
    return notebook_with(before, values)[0]


def sources(made):
    return [cell["source"] for cell in made["cells"] if cell["cell_type"] == "code"]


def test_literals_are_replaced_where_they_stand_and_all_else_stays():
    before = notebook(
        "%load_ext nbtrack\n!pip install six\nfiles = !ls\nprint?\n",
        "alpha = 0.5  # strength\nfor n in range(2):\n    %time n\n",
        "%%track ridge\nmodel = Ridge(alpha, solver='svd')\n",
        "%%bash\nalpha=3 if [",
        "kernel = 'rbf'",
    )
    kept = copy.deepcopy(before)
    made = changed(before, {"alpha": "3", "kernel": "linear", "solver": "cholesky"})
    assert before == kept
    expected = [source.rstrip("\n") for source in sources(before)]
    expected[1] = expected[1].replace("0.5", "3.0")
    expected[2] = expected[2].replace("svd", "cholesky")
    expected[4] = "kernel = 'linear'"
    assert sources(made) == expected
    assert made["cells"][0] == before["cells"][0]


def test_a_cell_with_the_tag_gets_one_below_it_as_with_papermill():
    before = notebook("alpha = 0.5\nname = 'a'", "model = Ridge(alpha)", tags=[(0, "parameters")])
    made = changed(before, {"alpha": "3", "name": "7", "new": "[1, 2]", "word": "a b"})
    assert sources(made)[1].splitlines()[1:] == ["alpha = 3.0", "name = '7'", "new = [1, 2]", "word = 'a b'"]
    assert made["cells"][2]["metadata"]["tags"] == ["injected-parameters"]
    assert "id" in made["cells"][2]
    again = changed(made, {"alpha": "4"})
    assert [source for source in sources(again) if "Given" in source] == [
        "# Given to nbtrack run\nalpha = 4.0"
    ]
    assert "id" not in changed(notebook("a = 1", tags=[(0, "parameters")], minor=4), {"a": "2"})["cells"][2]


def test_what_has_no_one_place_is_refused():
    two = notebook("a = Ridge(alpha=1.0)", "b = Lasso(alpha=2.0)")
    with pytest.raises(InvalidValueError, match="several places"):
        changed(two, {"alpha": "3"})
    assert sources(changed(two, {"Lasso.alpha": "3"})) == [
        "a = Ridge(alpha=1.0)",
        "b = Lasso(alpha=3.0)",
    ]
    with pytest.raises(NotFoundError, match="alpha"):
        changed(two, {"beta": "3"})
    with pytest.raises(InvalidValueError, match="alpha"):
        changed(notebook("alpha = 0.5"), {"alpha": "high"})
    with pytest.raises(InvalidValueError, match="no name"):
        changed(notebook("alpha = 0.5", tags=[(0, "parameters")]), {"a b": "1"})
    with pytest.raises(InvalidValueError, match="'parameters'"):
        changed(notebook("alpha = 0.5", "what is it now"), {"alpha": "1"})
