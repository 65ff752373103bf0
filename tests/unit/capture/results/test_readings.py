"""Text is read as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.capture.results.printed import PrintedScores
from nbtrack.capture.results.readings import readings

NAN = float("nan")


def printed(*pieces):
    """Return the scores in what is printed, piece by piece."""
    scores = PrintedScores()
    for piece in pieces:
        scores.feed(piece)
    scores.finish()
    return {name: [value for _, value, _ in points] for name, points in scores.points.items()}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("rmse: 12,345.68", {"rmse": 12345.68}),
        ("MAE:     20,353.01 USD", {"mae": 20353.01}),
        ("mse: 1,234,567", {"mse": 1234567}),
        ("cost: $ 1,250.50", {"cost": 1250.5}),
        ("Accuracy: 203/256 (79%)", {"accuracy": 203 / 256}),
        ("accuracy 203 / 256", {}),
        ("Accuracy: 94.2%", {"accuracy": 94.2}),
        ("MAPE: 13.5 %", {"mape": 13.5}),
        ("Accuracy: 0.942 (+/- 0.034) [svc]", {"accuracy": 0.942}),
        ("f1 = 0.954 ± 0.013", {"f1": 0.954}),
        ("auc 0.9 +- 0.1", {"auc": 0.9}),
        ("ridge fit_time 0.0100 score_time 0.0050", {}),
        ("[10]\tvalid_0's multi_logloss: 0.51", {"valid_0_multi_logloss": 0.51}),
        ("[20]\ttraining's l2 loss: 0.5\tvalid_1's l2 loss: 0.6",
         {"training_l2_loss": 0.5, "valid_1_l2_loss": 0.6}),
        ("[0]\ttrain-rmse:0.5\teval-rmse:0.6", {"train_rmse": 0.5, "eval_rmse": 0.6}),
        ("[LightGBM] [Info] Start training from score 0.53", {}),
        ("loaded 2 score files, format 1.2; training from score 0.53", {}),
        ("val_loss did not improve from 0.53", {}),
        ("stops at a loss below 0.1", {}),
        ("F1 Score: 0.8", {"f1_score": 0.8}),
        ("R^2 score: 0.8123", {"r2_score": 0.8123}),
        ("R² = .5", {"r2": 0.5}),
        ("roc auc score: .97", {"roc_auc_score": 0.97}),
        ("Error rate: 9.0%", {"error_rate": 9.0}),
        ("learning rate: 0.01", {}),
        ("Epoch 1/5 | train loss 0.5 | val loss 0.6 | val acc 81.2%",
         {"train_loss": 0.5, "val_loss": 0.6, "val_acc": 81.2}),
        ("Test set: Average loss: 0.3000, Accuracy: 173/256 (68%)",
         {"test_average_loss": 0.3, "test_accuracy": 173 / 256}),
        ("Train Epoch: 1 [640/1500 (43%)]\tLoss: 0.600000", {"train_loss": 0.6}),
        ("loss (train): 0.4, loss (test): 0.5", {"train_loss": 0.4, "test_loss": 0.5}),
        ("{'loss': 0.5, 'eval_loss': 0.61, 'epoch': 1.0}", {"loss": 0.5, "eval_loss": 0.61}),
        ("INFO:root:val_loss 0.123", {"val_loss": 0.123}),
        ("2026-11-29 15:00:00,123 INFO train: epoch 3 val_loss 0.123", {"val_loss": 0.123}),
        ("Accuracy of the network on the 10000 test images: 94 %", {"test_accuracy": 94}),
        ("best accuracy so far: 0.93", {"best_accuracy": 0.93}),
        ("accuracy is 0.93", {"accuracy": 0.93}),
        ("train 0.5123", {"train": 0.5123}),
        ("score: 1e-3", {"score": 0.001}),
        ("took 0.31s, loss: 0.5s", {}),
        ("loss version 1.2.3", {}),
        ("Out[3]: loss 0.5", {}),
        ("val_acc 90%", {"val_acc": 90}),
        ("acc: 90 %", {"acc": 90}),
        ("Error rate: 3.2%", {"error_rate": 3.2}),
        ("| Accuracy: 90%| Loss: 0.5 |", {"accuracy": 90, "loss": 0.5}),
        ("val loss:  45%|####      | 45/100 [00:01<00:01]", {}),
        ("Best val accuracy: 0.93", {"best_val_accuracy": 0.93}),
        ("Test RMSE = 0.7", {"test_rmse": 0.7}),
        ("Final loss 0.12 after 10 epochs", {"loss": 0.12}),
        ("Fold 3: f1 = 0.87", {"f1": 0.87}),
        ("loss -> 0.5", {"loss": 0.5}),
        ("Baseline: f1 = 0.87", {"baseline_f1": 0.87}),
        ("Baseline RMSE 0.9, RMSE 0.7", {"baseline_rmse": 0.9, "rmse": 0.7}),
        ("Baseline from the paper: f1 = 0.87", {}),
        ("Published accuracy: 0.9. Our accuracy: 0.92", {"accuracy": 0.92}),
        ("error: 3 files skipped", {}),
        ("errors: 3", {"errors": 3}),
        ("Target accuracy: 0.95", {}),
        ("need loss < 0.1", {}),
        ("loss <= 0.1", {}),
        ("accuracy \u2265 0.9", {}),
        ("previous best rmse 0.7", {}),
        ("Expected ~ 0.9 accuracy", {}),
        ("paper reports 0.87 F1", {}),
        ("threshold 0.5", {}),
        ("ERROR 404", {}),
        ("WARNING: 2 losses were NaN", {}),
        ("accuracy 5% better than before", {}),
    ],
)  # fmt: skip
def test_a_line(line, found):
    assert printed(line + "\n") == {name: [pytest.approx(value)] for name, value in found.items()}


def test_colours_and_markup_are_not_read():
    assert printed("\x1b[32mval_loss: \x1b[1m0.3\x1b[0m\n", "[bold]F1[/bold]: 0.2\n") == {
        "val_loss": [0.3],
        "f1": [0.2],
    }


def test_a_line_that_is_redrawn_counts_once_an_epoch():
    bar = [f"\r{step}/20 - loss: {1 / step:.2f}" for step in range(1, 21)]
    assert printed(*bar, " - val_loss: 0.6\n", *bar, "\n") == {"loss": [0.05, 0.05], "val_loss": [0.6]}
    epochs = [f"\rEpoch {n}: loss {n / step:.2f}" for n in (1, 2) for step in (2, 4)]
    assert printed(*epochs) == {"loss": [0.25, 0.5]}
    assert printed("loss: 0.5\r\n", "loss: 0.4\r\n") == {"loss": [0.5, 0.4]}


def test_a_line_in_pieces_is_one_line_and_streams_are_apart():
    assert printed("val", "_loss", ": 0.", "25\n") == {"val_loss": [0.25]}
    scores = PrintedScores()
    other = scores.stream()
    scores.feed("loss: ")
    other("acc: 0.5\n")
    scores.feed("0.25\n")
    assert {name: points[0][1] for name, points in scores.points.items()} == {"acc": 0.5, "loss": 0.25}


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text):
    printed(text)


@given(st.floats(0.001, 1e6), st.sampled_from(["rmse", "val_loss", "accuracy", "f1"]))
def test_what_is_printed_is_read_back(value, name):
    for form in ("{}: {:.4f}", "{} = {:,.4f}", "{} {:.4f}"):
        (one,) = readings(form.format(name, value))
        assert (one.name, one.value) == (name, float(f"{value:.4f}"))
