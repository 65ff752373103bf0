"""Hugging Face's `Trainer`: its log, its evaluations, and what was given to it and to the model's config."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked, values

pytest.importorskip("transformers")

TRAINER = """
import numpy as np, torch, warnings
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
warnings.simplefilter("ignore")
torch.manual_seed(0)
rows = [{"input_ids": torch.tensor([1, n % 7 + 3, 2]), "labels": n % 2} for n in range(24)]

def measures(predicted):
    return {"accuracy": float((predicted.predictions.argmax(-1) == predicted.label_ids).mean())}

config = BertConfig(vocab_size=12, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)
"""
TRAIN = """
args = TrainingArguments(
    "kept", num_train_epochs=2, per_device_train_batch_size=8, learning_rate=0.01, eval_strategy="epoch",
    logging_strategy="epoch", save_strategy="STRATEGY", report_to="none", disable_tqdm=True, use_cpu=True,
)
trainer = Trainer(
    BertForSequenceClassification(config), args, train_dataset=rows[:16], eval_dataset=rows[16:], compute_metrics=measures
)
trainer.train()
"""


@pytest.fixture
def names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tracked(TRAINER)[1]


def test_a_training(names):
    captured, names = tracked(TRAIN.replace("STRATEGY", "no"), names)
    found, log = values(captured), names["trainer"].state.log_history
    for name in ("loss", "eval_loss", "eval_accuracy"):
        assert found[name] == [entry[name] for entry in log if name in entry]
        assert list(captured.metrics[name].steps) == [2, 4]
    assert found["train_loss"] == [log[-1]["train_loss"]]
    assert not any("runtime" in name or "second" in name for name in found)


def test_the_settings_are_those_that_were_given(names):
    captured, _ = tracked(TRAIN.replace("STRATEGY", "no"), names)
    given = {
        *(
            "num_train_epochs",
            "per_device_train_batch_size",
            "learning_rate",
            "eval_strategy",
        ),
        *("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"),
    }
    found = {name.rpartition(".")[2] for name in captured.params}
    assert given <= found
    assert len(found - given) <= 3  # such as `use_cache`, which the trainer has set


def test_an_evaluation_after_it_is_the_last_of_its_step_and_a_prediction_has_its_scores(names):
    captured, names = tracked(
        TRAIN.replace("STRATEGY", "no") + "trainer.evaluate()\nout = trainer.predict(rows[:8])", names
    )
    found = values(captured)
    assert len(found["eval_loss"]) == 2
    assert found["test_accuracy"] == [names["out"].metrics["test_accuracy"]]


def test_the_best_checkpoint(names):
    captured, names = tracked(
        TRAIN.replace("STRATEGY", "epoch").replace("report_to", "load_best_model_at_end=True, report_to"),
        names,
    )
    assert values(captured)["best_metric"] == [names["trainer"].state.best_metric]
    assert captured.tags["best_model_checkpoint"] == names["trainer"].state.best_model_checkpoint
