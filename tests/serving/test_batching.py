"""Requests that come together are answered as they would be one by one."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrack.models import load, save
from nbtrack.serving.pipe import BATCH, Frame, Frames, pack
from nbtrack.serving.worker import RequestHandler
from tests.serving.http import served, together


def regression():
    from sklearn.datasets import make_regression

    values, target = make_regression(200, 4, random_state=0, noise=1.0)
    return pd.DataFrame(values, columns=["a", "b", "c", "d"]), target


def estimators():
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import ElasticNet, LinearRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler
    from sklearn.svm import SVR

    return [
        ElasticNet(alpha=0.1),
        RandomForestRegressor(n_estimators=8, random_state=0),
        HistGradientBoostingRegressor(max_iter=10),
        KNeighborsRegressor(),
        SVR(),
        MLPRegressor(hidden_layer_sizes=(8,), max_iter=20, random_state=0),
        make_pipeline(StandardScaler(), PolynomialFeatures(), LinearRegression()),
        GridSearchCV(make_pipeline(StandardScaler(), ElasticNet()), {"elasticnet__alpha": [0.1, 1.0]}, cv=2),
    ]


@pytest.fixture(scope="module", params=estimators(), ids=lambda model: type(model).__name__)
def model(request, tmp_path_factory):
    frame, target = regression()
    folder = tmp_path_factory.mktemp("model") / "m"
    with pytest.warns() if type(request.param).__name__ == "MLPRegressor" else pytest.MonkeyPatch.context():
        fitted = request.param.fit(frame, target)
    save(fitted, folder, fitted_on=frame)
    return load(folder, trust=True)


def answered(model, bodies):
    """Return the answers to requests that come together."""
    handler = RequestHandler(model, "m")
    last = len(bodies)
    frames = [
        Frame(n, BATCH if n < last else 0, "json", json.dumps(body).encode())
        for n, body in enumerate(bodies, 1)
    ]
    answers = handler.answers(frames)
    assert [answer.number for answer in answers] == list(range(1, last + 1))
    return [(answer.status, json.loads(answer.body)) for answer in answers]


def bodies_of(frame):
    return [
        {"dataframe_split": json.loads(frame[:3].to_json(orient="split", double_precision=15))},
        {"dataframe_records": json.loads(frame[3:4].to_json(orient="records", double_precision=15))},
        {"inputs": frame[4:9].to_numpy().tolist()},
        {
            "instances": json.loads(
                frame[9:10][["d", "c", "b", "a"]].to_json(orient="records", double_precision=15)
            )
        },
        {"inputs": {name: frame[10:12][name].tolist() for name in frame}},
    ]


@pytest.mark.filterwarnings("error:X does not have valid feature names")
def test_together_is_as_alone_and_as_the_loaded_model(model):
    frame, _ = regression()
    assert RequestHandler(model, "m").is_rowwise
    answers = answered(model, bodies_of(frame))
    assert [status for status, _ in answers] == [200] * 5
    found = [value for _, body in answers for value in body["predictions"]]
    assert found == pytest.approx(model.predict(frame[:12]).tolist(), rel=1e-12, abs=1e-12)
    alone = [answered(model, [body])[0] for body in bodies_of(frame)]
    assert [v for _, body in alone for v in body["predictions"]] == pytest.approx(found, rel=1e-12, abs=1e-12)


def test_one_that_fails_fails_alone(model):
    frame, _ = regression()
    bodies = bodies_of(frame)
    bodies.insert(1, {"inputs": [[1.0, None, 1.0, 1.0]]})
    bodies.insert(3, {"inputs": [["a", 1, 1, 1]]})
    bodies.insert(5, {"nothing": 1})
    statuses = [status for status, _ in answered(model, bodies)]
    missing = statuses.pop(1)
    assert missing in (200, 400)  # some estimators take missing values
    assert statuses == [200, 200, 400, 200, 400, 200, 200]


@given(
    st.lists(
        st.lists(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4), min_size=1, max_size=5),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_batch_is_as_its_parts(elastic_model, tables):
    answers = answered(elastic_model, [{"inputs": table} for table in tables])
    for table, (status, body) in zip(tables, answers, strict=True):
        assert status == 200
        expected = elastic_model.native.predict(pd.DataFrame(table, columns=list("abcd")))
        assert body["predictions"] == pytest.approx(expected.tolist(), rel=1e-12, abs=1e-9)


@pytest.fixture
def elastic_model(tmp_path):
    from sklearn.linear_model import ElasticNet

    frame, target = regression()
    save(ElasticNet(alpha=0.1).fit(frame, target), tmp_path / "m", fitted_on=frame)
    return load(tmp_path / "m", trust=True)


def test_what_is_not_known_to_be_rowwise_is_asked_one_by_one(tmp_path):
    from sklearn.linear_model import LinearRegression

    class Own(LinearRegression):
        def predict(self, X):
            return super().predict(X) - super().predict(X).mean()

    frame, target = regression()
    save(Own().fit(frame, target), tmp_path / "m", fitted_on=frame)
    handler = RequestHandler(load(tmp_path / "m", trust=True), "m")
    assert not handler.is_rowwise
    asked = [Frame(n, 0, "json", json.dumps({"inputs": [[float(n)] * 4]}).encode()) for n in (1, 2)]
    assert [json.loads(answer.body)["predictions"] for answer in handler.answers(asked)] == [[0.0], [0.0]]


def test_requests_of_many_clients_are_batched_and_each_gets_its_own(wine_server, wine, elastic_net):
    rows = wine.drop(columns="quality")
    expected = elastic_net.predict(rows)

    def work(client):
        found = []
        for number in range(client, 400, 16):
            found.append((number, wine_server.post({"inputs": [rows.iloc[number].tolist()]}).predictions[0]))
        return found

    for number, value in [pair for pairs in together(work, 16) for pair in pairs]:
        assert value == pytest.approx(expected[number], rel=1e-12)
    assert "nbtrack_batch_requests_count" in wine_server.ask(path="/metrics").body.decode()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**32 - 1),
            st.integers(0, 2**16 - 1),
            st.text(max_size=20),
            st.binary(max_size=200),
        )
    ),
    st.integers(1, 50),
)
def test_frames_come_out_of_any_pieces(frames, size):
    frames = [Frame(*frame) for frame in frames]
    data = b"".join(map(pack, frames))
    reader = Frames()
    found = [
        frame for start in range(0, len(data), size) for frame in reader.feed(data[start : start + size])
    ]
    assert found == frames


def test_the_short_way_of_an_array_model(tmp_path):
    from sklearn.tree import DecisionTreeClassifier

    values = np.arange(40.0).reshape(20, 2)
    model = DecisionTreeClassifier().fit(values, ["a", "b"] * 10)
    save(model, tmp_path / "m", fitted_on=values)
    with served(tmp_path / "m", "--trust", folder=tmp_path) as server:
        assert server.post({"inputs": values.tolist()}).predictions == ["a", "b"] * 10
        assert server.post({"inputs": [[1.0]]}).status == 400


def every_way(model, frame):
    """Return a model's predictions by each way that a request can take."""
    handler = RequestHandler(model, "m")
    split = {"columns": [*frame], "data": frame.to_numpy().tolist()}
    tensors = [
        {"name": name, "shape": [len(frame)], "datatype": "FP64", "data": frame[name].tolist()}
        for name in frame
    ]
    asked = {
        "json": {"dataframe_split": split},
        "split": split,
        "v2": {"inputs": tensors},
    }
    found = {}
    for word, body in asked.items():
        (answer,) = handler.answers([Frame(1, 0, word, json.dumps(body).encode())])
        found[word] = (answer.status, json.loads(answer.body))
    (answer,) = handler.answers([Frame(1, 0, "csv", frame.to_csv(index=False).encode())])
    found["csv"] = (answer.status, json.loads(answer.body))
    assert {status for status, _ in found.values()} == {200}, found
    (output,) = found["v2"][1]["outputs"]
    return [
        found["json"][1]["predictions"],
        found["split"][1],
        found["csv"][1]["predictions"],
        np.reshape(output["data"], output["shape"]).tolist(),
    ]


def test_the_columns_are_put_in_the_order_that_the_estimator_knows(tmp_path):
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    frame, _ = regression()
    target = 2 * frame["a"] - 3 * frame["b"] + frame["c"] / 2
    for number, model in enumerate([LinearRegression(), make_pipeline(StandardScaler(), LinearRegression())]):
        fitted = model.fit(frame, target)
        # The example, and so the signature, has them in another order.
        save(fitted, tmp_path / str(number), input_example=frame[["d", "c", "a", "b"]].head())
        loaded = load(tmp_path / str(number), trust=True)
        rows = frame[["b", "d", "a", "c"]].head(4)
        expected = pytest.approx(fitted.predict(frame.head(4)).tolist(), rel=1e-12)
        assert loaded.predict(rows).tolist() == expected
        for answer in every_way(loaded, rows):
            assert answer == expected


def test_a_model_that_was_saved_to_answer_probabilities_does(tmp_path):
    from sklearn.linear_model import LogisticRegression

    from nbtrack.models import MLmodel

    frame, target = regression()
    fitted = LogisticRegression().fit(frame, np.where(target > 0, "yes", "no"))
    save(fitted, tmp_path / "m", fitted_on=frame)
    written = MLmodel.read(tmp_path / "m")
    written.flavors["python_function"]["predict_fn"] = "predict_proba"
    written.write(tmp_path / "m")
    loaded = load(tmp_path / "m", trust=True)
    for answer in every_way(loaded, frame.head(3)):
        assert np.array(answer) == pytest.approx(fitted.predict_proba(frame.head(3)), rel=1e-9)


def test_columns_of_two_float_types_go_the_long_way(tmp_path):
    from sklearn.linear_model import LinearRegression

    frame, target = regression()
    frame = frame.astype({"a": "float32"})
    save(LinearRegression().fit(frame, target), tmp_path / "m", fitted_on=frame)
    loaded = load(tmp_path / "m", trust=True)
    assert not RequestHandler(loaded, "m").is_rowwise
    rows = frame.head(5).astype("float64")
    for answer in every_way(loaded, rows):
        assert answer == pytest.approx(loaded.predict(frame.head(5)).tolist(), rel=1e-12)


def test_unknown_columns_leave_nothing_behind(elastic_model):
    handler = RequestHandler(elastic_model, "m")

    def ask(number):
        names = [*"abcd", *(f"extra {number} {k}" for k in range(100))]
        body = {"dataframe_split": {"columns": names, "data": [[0.5] * len(names)]}}
        (answer,) = handler.answers([Frame(1, 0, "json", json.dumps(body).encode())])
        return answer.status

    with pytest.warns(UserWarning, match="does not take"):
        assert ask(0) == 200
    assert [ask(number) for number in range(1, 50)] == [200] * 49
    assert not handler._arrays._orders
