# %%
import numpy as np
from datasets import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed

set_seed(13)
rng = np.random.default_rng(13)

VOCAB, MAX_LEN = 60, 16


def make_split(n):
    # the label says whether "good" tokens (2..9) outnumber "bad" ones (10..17)
    ids = rng.integers(2, VOCAB, size=(n, MAX_LEN))
    for row in ids:
        k = rng.integers(2, 7)
        row[rng.choice(MAX_LEN, k, replace=False)] = rng.integers(2, 10, k) + 8 * rng.integers(0, 2)
    good = ((ids >= 2) & (ids < 10)).sum(1)
    bad = ((ids >= 10) & (ids < 18)).sum(1)
    return Dataset.from_dict(
        {
            "input_ids": ids.tolist(),
            "attention_mask": np.ones_like(ids).tolist(),
            "labels": (good > bad).astype(int).tolist(),
        }
    )


train_dataset, eval_dataset = make_split(640), make_split(200)

# %%
def compute_metrics(eval_pred):
    logits, labels = eval_pred
    preds = logits.argmax(-1)
    return {"accuracy": float((preds == labels).mean())}


# %% track
config = BertConfig(
    vocab_size=VOCAB,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=64,
    max_position_embeddings=MAX_LEN,
    num_labels=2,
)
model = BertForSequenceClassification(config)

training_args = TrainingArguments(
    output_dir="tiny-bert-polarity",
    num_train_epochs=3,
    per_device_train_batch_size=32,
    per_device_eval_batch_size=64,
    learning_rate=3e-3,
    weight_decay=0.01,
    eval_strategy="epoch",
    logging_strategy="epoch",
    save_strategy="no",
    report_to="none",
    use_cpu=True,
    disable_tqdm=True,
    seed=13,
)
trainer = Trainer(
    model=model,
    args=training_args,
    train_dataset=train_dataset,
    eval_dataset=eval_dataset,
    compute_metrics=compute_metrics,
)
train_result = trainer.train()
metrics = trainer.evaluate()
print(f"eval accuracy: {metrics['eval_accuracy']:.3f}, train loss: {train_result.training_loss:.4f}")
