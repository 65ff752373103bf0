"""What ``%%track`` finds in the capture corpus, with no annotation at all; and that the scorer counts rightly."""

import pytest

from tests.notebook import corpus, metamorphic
from tests.notebook.corpus import HELD_OUT, case_names, cases_called, details, figures, judge, total
from tests.notebook.corpus_cases import Case, Label, Measured, Outcome, Truth, run_cases

# A hundred notebooks run once, in the first test that asks for them.
pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def verdicts():
    """Every case, run once under ``%%track`` and judged."""
    return {case.name: judge(case, outcome) for case, outcome in run_cases(case_names())}


@pytest.fixture(params=["tuning", "heldout"])
def split(request, verdicts):
    return [verdicts[name] for name in case_names(request.param)]


def test_every_case_runs_and_its_labels_are_right(verdicts):
    assert sorted(verdicts) == case_names()
    assert {name: verdict.outcome.error for name, verdict in verdicts.items() if verdict.outcome.error} == {}
    assert {
        name: verdict.outcome.doubts for name, verdict in verdicts.items() if verdict.outcome.doubts
    } == {}


def test_recall_and_precision_meet_the_bar(split):
    score = total(split)
    report = "\n".join([*map(details, split), figures(split)])
    assert score.recall >= 0.95, report
    assert score.precision >= 0.9, report


def test_what_is_found_has_the_right_value(split):
    assert [remark for verdict in split for remark in verdict.wrong] == []


# The scorer itself


def case(*labels, **optional):
    return Case("a_case", (), "", labels, optional)


def counts(case, **found):
    score = total([judge(case, Outcome(**found))])
    return score.hits, score.missed, score.false


def test_splits_are_disjoint_and_complete():
    tuning, held_out = case_names("tuning"), case_names("heldout")
    assert sorted(held_out) == sorted(HELD_OUT)
    assert sorted(tuning + held_out) == case_names()


def test_cases_are_found_by_any_part_of_their_names():
    assert cases_called(["10_gradient", "churn"]) == sorted([*cases_called(["10_gradient"]), HELD_OUT[-1]])
    assert cases_called([]) == case_names()


@pytest.mark.parametrize("tool", [corpus, metamorphic])
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["999"], 2, "no case is called 999"),
        (["10_gradient", "kmaens"], 2, "no case is called kmaens"),
        (["--help"], 0, "any part of a"),
    ],
)
def test_a_mistyped_case_is_an_error_and_help_is_help(tool, arguments, code, says, capsys):
    with pytest.raises(SystemExit) as ended:
        tool.main(arguments)
    assert ended.value.code == code
    assert says in "".join(capsys.readouterr())


def test_a_case_of_the_other_split_is_an_error(capsys):
    with pytest.raises(SystemExit):
        corpus.main(["--heldout", "10_gradient"])
    assert "no case is called 10_gradient among the heldout ones" in capsys.readouterr().err


def test_what_is_missed_of_a_held_out_case_is_not_told():
    labels = (Label("params", "alpha"), Label("metrics", "rmse"))
    outcome = Outcome(params={"beta": 1}, truths=[Truth(0.5, None), Truth(0.7, None)])
    seen, hidden = (
        details(judge(Case(name, (), "", labels, {}), outcome)) for name in ("a_case", HELD_OUT[0])
    )
    assert "0 of 2   false 1" in seen
    assert "0 of 2   false 1" in hidden
    assert [name for name in ("alpha", "rmse", "beta") if name in seen] == ["alpha", "rmse", "beta"]
    assert not [name for name in ("alpha", "rmse", "beta") if name in hidden]


def test_a_case_without_a_tracker_tells_of_its_labels_alone():
    labels = (Label("params", "alpha"), Label("metrics", "rmse"))
    outcome = Outcome(
        truths=[Truth(0.5, None), Truth(0.7, None)], doubts=["rmse: 0.7 in the label, 0.8 in the notebook"]
    )
    told = details(judge(Case("a_case", (), "", labels, {}), outcome), plain=True)
    assert "2 labels, 1 doubtful" in told
    assert "rmse: 0.7 in the label" in told
    assert "missed" not in told


def test_the_right_names_with_the_right_values_are_hits():
    labels = [Label("params", "alpha"), Label("metrics", "rmse"), Label("series", "loss")]
    found = {
        "params": {"alpha": 0.5},
        "metrics": {"rmse": Measured(0.701, 1, 0.701), "loss": Measured(1, 9, 2)},
    }
    truths = [Truth(0.5, None), Truth(0.7, None), Truth(None, 9)]
    assert counts(case(*labels), truths=truths, **found) == (3, 0, 0)


def test_a_wrong_value_or_length_is_missed_and_false():
    labels = [Label("params", "alpha"), Label("metrics", "rmse"), Label("series", "loss")]
    found = {"params": {"alpha": 0.6}, "metrics": {"rmse": Measured(0.8, 1, 0.8), "loss": Measured(1, 8, 2)}}
    truths = [Truth(0.5, None), Truth(0.7, None), Truth(None, 9)]
    assert counts(case(*labels), truths=truths, **found) == (0, 3, 3)
    assert len(judge(case(*labels), Outcome(truths=truths, **found)).wrong) == 3


def test_a_series_kept_as_one_value_is_missed_and_false():
    found = {"metrics": {"loss": Measured(1.0, 1, 1.0)}, "truths": [Truth(None, 9)]}
    assert counts(case(Label("series", "loss")), **found) == (0, 1, 1)


def test_optional_names_count_neither_way():
    found = {"params": {"verbose": True}, "metrics": {"elapsed": Measured(1.0, 1, 1.0)}}
    assert counts(case(params=["verb*"], any=["elapsed"]), **found) == (0, 0, 0)
    assert counts(case(metrics=["verb*"]), **found) == (0, 0, 2)


def test_an_alias_needs_the_value_and_two_spellings_count_once():
    labels = [Label("params", "a.eta", aliases=("*eta",)), Label("params", "b.eta", aliases=("*eta",))]
    truths = [Truth(0.1, None), Truth(0.2, None)]
    assert counts(case(*labels), truths=truths, params={"eta": 0.1}) == (1, 1, 0)
    assert counts(case(*labels), truths=truths, params={"x.eta": 0.1, "y.eta": 0.2, "eta": 0.2}) == (2, 0, 0)


def test_a_list_is_one_label_however_it_was_kept():
    label, truths = Label("params", "ks"), [Truth([1, 3], None)]
    assert counts(case(label), truths=truths, params={"ks.0": 1, "ks.1": 3}) == (1, 0, 0)
    assert counts(case(label), truths=truths, params={"ks": "[1, 3]"}) == (1, 0, 0)
    assert counts(case(label), truths=truths, params={"ks.0": 1, "ks.1": 4}) == (0, 1, 2)


def test_a_mean_may_be_that_of_a_series():
    label, truths = Label("metrics", "scores.mean", also=("series",)), [Truth(0.8, None)]
    assert counts(case(label), truths=truths, metrics={"scores": Measured(0.9, 5, 0.8)}) == (1, 0, 0)
    assert counts(case(label), truths=truths, metrics={"scores.mean": Measured(0.8, 1, 0.8)}) == (1, 0, 0)


def test_a_series_of_models_may_be_one_metric_a_model():
    label = Label("series", "acc", aliases=("*.acc",), also=("metrics",))
    one = Measured(0.9, 1, 0.9)
    assert counts(case(label), truths=[Truth(None, 2)], metrics={"svc.acc": one, "tree.acc": one}) == (
        1,
        0,
        0,
    )
    assert counts(case(label), truths=[Truth(None, 2)], metrics={"acc": one}) == (0, 1, 1)
