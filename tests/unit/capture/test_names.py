"""What the words of a name say: the words of metrics are one list, for the capture and for the better direction."""

import pytest

from nbtrack.capture.words.names import is_metric_name
from nbtrack.direction import direction
from nbtrack.metric_words import DOWN, PHRASES, UNDECIDED, UP

# Names of metrics that a cell uses for something else as often.
NOT_RESULTS = {
    "f2": "the second of the values f1 and f2 of a function, by which a search goes",
    "fn": "a function, oftener than the false negatives",
    "r_2": "the second of two radii, residues or resistors",
    "c_index": "the index of a column or a class",
    "hit_rate": "a rate is a setting as often (learning, dropout); it is a result if it is computed from a model's output",
    "win_rate": "the same",
}
DIRECTIONS = {
    **dict.fromkeys(DOWN, "down"),
    **dict.fromkeys(UP, "up"),
    **{"_".join(phrase): way for phrase, way in PHRASES},
}


def test_a_word_of_metrics_is_one_in_a_cell_too():
    unknown = {name for name in [*DIRECTIONS, *UNDECIDED] if not is_metric_name(name)}
    assert unknown == set(NOT_RESULTS), (
        "add the name to NOT_RESULTS with the reason, or have the capture know it"
    )


def test_each_word_has_one_direction():
    assert not DOWN & UP
    assert not (DOWN | UP) & UNDECIDED
    assert {name: direction(name) for name in DIRECTIONS} == DIRECTIONS
    assert {word for word in UNDECIDED if direction(word)} == set()


@pytest.mark.parametrize(
    "name",
    ["loss_scale", "mase_scale", "loss_fn", "accuracy_names", "best_loss_idx", "class_weight", "score_time"],
)
def test_what_is_about_a_metric_is_none(name):
    assert not is_metric_name(name)


@pytest.mark.parametrize(
    "name", ["val_loss", "valLoss", "rmse2", "map50", "cross_entropy_2", "n_false_positives"]
)
def test_a_metric_word_may_stand_anywhere(name):
    assert is_metric_name(name)
