"""What files are read, what their columns are, and what of them cannot be predicted for."""

import io
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, ModelError, NbtrackWarning, SchemaError
from nbtrack.models import Column, Signature
from nbtrack.scoring.records import pieces
from tests.unit.scoring.conftest import doubled, table


@pytest.fixture
def two_columns(store):
    """Save a model that gives two columns, with an example."""

    def both(frame):
        return pd.DataFrame({"low": frame["size"] - 1, "label": ["a"] * len(frame)})

    nbtrack.save_model(both, "both", input_example=table(3)[["size"]])
    return "both"


def test_one_missing_number_leaves_out_its_row_and_no_other(uri):
    people = table(500)
    people["age"] = people["age"].astype("float64")
    people.loc[321, "age"] = np.nan
    people.to_parquet("in.parquet")
    with pytest.raises(SchemaError, match=r"in.parquet, row 322: .*'age'"):
        nbtrack.predict(uri, "in.parquet", output="out.parquet", batch_rows=100)
    scored = nbtrack.predict(uri, "in.parquet", output="out.parquet", on_error="skip", keep="id")
    assert (scored.rows, scored.skipped) == (499, 1)
    others = people.drop(321)
    np.testing.assert_allclose(pd.read_parquet("out.parquet")["prediction"], doubled(others))


def test_a_column_of_another_type_is_told_at_once_and_of_the_whole_batch(uri):
    table(50_000).assign(age="old").to_parquet("in.parquet")
    with pytest.raises(SchemaError, match=r"^in.parquet: .*'age'"):
        nbtrack.predict(uri, "in.parquet", output="out.parquet")
    assert nbtrack.predict(uri, "in.parquet", output="out.parquet", on_error="skip").skipped == 50_000


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_has_no_rows_has_the_columns_of_what_has(two_columns, tmp_path, kind):
    (tmp_path / "in").mkdir()
    for name, rows in (("a", 0), ("b", 5), ("c", 0)):
        people = table(rows).astype({"id": "str"})
        people.to_csv(f"in/{name}.csv", index=False) if kind == "csv" else people.to_parquet(
            f"in/{name}.parquet"
        )
    nbtrack.predict(two_columns, "in", output="out", keep="id")
    if kind == "csv":
        assert {(tmp_path / "out" / f"{name}.csv").read_text().splitlines()[0] for name in "abc"} == {
            "id,low,label"
        }
        return
    kinds = {
        tuple(str(one).removeprefix("large_") for one in pq.read_schema(f"out/{n}.parquet").types)
        for n in "abc"
    }
    assert kinds == {("string", "double", "string")}
    assert pq.read_schema("out/a.parquet").names == ["id", "low", "label"]
    assert len(pd.read_parquet("out")) == 5


def test_a_table_without_rows_has_the_columns_too(two_columns):
    people = table(4)
    some, none = (nbtrack.predict(two_columns, one, keep="id") for one in (people, people.iloc[:0]))
    assert list(none) == list(some)
    assert none.dtypes.tolist() == some.dtypes.tolist()


def test_a_model_that_answers_once_a_batch_is_refused_whatever_is_skipped(store):
    nbtrack.save_model(lambda frame: [frame["size"].mean()], "mean", input_example=table(3)[["size"]])
    table(10).to_csv("in.csv", index=False)
    for on_error in ("raise", "skip"):
        with pytest.raises(ModelError, match="1 predictions for 5 rows"):
            nbtrack.predict("mean", "in.csv", output="out.csv", batch_rows=5, on_error=on_error)


def test_columns_that_stand_in_the_names_of_folders_are_read(store, tmp_path):
    signature = Signature((Column("double", "size"), Column("long", "year")))
    nbtrack.save_model(lambda frame: frame["size"] + frame["year"], "model", signature=signature)
    for year, name in ((2024, "north east"), (2025, "a%2Fb")):
        folder = tmp_path / "in" / f"year={year}" / f"region={name}"
        folder.mkdir(parents=True)
        table(5).to_parquet(folder / "part-0.parquet")
    for source in ("in", "in/*/*/*.parquet"):
        nbtrack.predict("model", source, output="out.parquet", keep=["id", "year", "region"])
        written = pd.read_parquet("out.parquet")
        assert written["year"].tolist() == [2024] * 5 + [2025] * 5
        assert written["region"].tolist() == ["north east"] * 5 + ["a/b"] * 5
        np.testing.assert_allclose(
            written["prediction"], [*(table(5)["size"] + 2024), *(table(5)["size"] + 2025)]
        )


def test_patterns_leave_what_others_keep_for_themselves(uri, tmp_path):
    for folder in ("in/a", "in/_temporary/0"):
        (tmp_path / folder).mkdir(parents=True)
        table(5).to_parquet(tmp_path / folder / "part-0.parquet")
    assert nbtrack.predict(uri, "in/**/*.parquet", output="out.parquet").rows == 5
    assert nbtrack.predict(uri, "in/_temporary/*/*.parquet", output="out.parquet").rows == 5


def test_text_of_another_encoding_is_told_so(uri, tmp_path):
    people = table(300).assign(note="caf\u00e9")
    (tmp_path / "in.csv").write_bytes(people.to_csv(index=False).encode("latin-1"))
    with pytest.raises(InvalidValueError, match=r"not UTF-8.*caf"):
        nbtrack.predict(uri, "in.csv", output="out.csv", keep="note")


def test_a_column_that_is_named_twice_is_kept_once(uri):
    table(5).to_csv("in.csv", index=False)
    nbtrack.predict(uri, "in.csv", output="out.parquet", keep=["id", "id"])
    assert list(pd.read_parquet("out.parquet")) == ["id", "prediction"]


def test_a_job_that_was_done_is_done_again_and_that_is_said(uri):
    table(5).to_csv("in.csv", index=False)
    nbtrack.predict(uri, "in.csv", output="out.csv", resume=True)
    with pytest.warns(NbtrackWarning, match=r"'out.csv' is whole, .* it is made anew"):
        nbtrack.predict(uri, "in.csv", output="out.csv", resume=True)


def test_the_run_of_a_job_that_fails_says_how_far_it_came(uri):
    table(500).assign(age=[1] * 450 + [-1] * 50).to_csv("in.csv", index=False)
    with pytest.raises(ModelError, match="row 451"):
        nbtrack.predict(uri, "in.csv", output="out.csv", batch_rows=100, track=True)
    run = nbtrack.last_active_run()
    assert (run.status, run.metrics["rows"], run.metrics["failures"]) == ("FAILED", 400, 0)
    assert run.metrics["seconds"] > 0


def test_many_columns_take_no_more_memory_than_few(uri):
    wide = pa.table(
        {f"c{k}": np.zeros(2000) for k in range(1000)} | {"size": np.ones(2000), "age": np.arange(2000)}
    )
    pq.write_table(wide, "in.parquet")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nbtrack.predict(uri, "in.parquet", output="out.csv", keep="c0").rows == 2000


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_long_texts_are_read_in_batches_of_few_rows(store, kind):
    seen = []

    def lengths(frame):
        return frame["text"].str.len().to_numpy()

    nbtrack.save_model(lengths, "model", signature=Signature((Column("string", "text"),)))
    texts = [f"{k:04d}" * 10_000 for k in range(1500)]
    people = pd.DataFrame({"id": range(1500), "text": texts})
    people.to_csv("in.csv", index=False) if kind == "csv" else people.to_parquet("in.parquet")
    scored = nbtrack.predict(
        "model", f"in.{kind}", output="out.csv", keep="id",
        progress=lambda progress, total: seen.append(progress.rows),
    )  # fmt: skip
    assert scored.rows == 1500
    assert max(np.diff([0, *seen])) <= 500, "a batch is some 16 MB of text"
    written = pd.read_csv("out.csv")
    assert written["id"].tolist() == list(range(1500))
    assert set(written["prediction"]) == {40_000}


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("most", [None, 1, 50, 10_000])
def test_pieces_of_csv_are_its_records_whatever_bounds_them(rows, most):
    text = "".join(f'{k},"a\n{"x" * (k % 90)}",{k}\r\n' for k in range(500)).encode()
    found = list(pieces(io.BytesIO(text), rows, most))
    assert b"".join(content for content, _ in found) == text
    assert sum(count for _, count in found) == 500
    assert all(
        count <= rows and (most is None or count == 1 or len(content) <= most) for content, count in found
    )
