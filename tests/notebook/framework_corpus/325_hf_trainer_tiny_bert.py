# %%
import os
os.environ["WANDB_DISABLED"] = "true"
import random
import tempfile

import numpy as np
from datasets import Dataset, DatasetDict
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (BertConfig, BertForSequenceClassification, DataCollatorWithPadding,
                          PreTrainedTokenizerFast, Trainer, TrainingArguments, set_seed)

# %%
random.seed(6)
good = ["lovely", "quick", "friendly", "spotless", "generous", "quiet"]
bad = ["rude", "slow", "noisy", "dirty", "cold", "broken"]
things = ["room", "staff", "breakfast", "shower", "lift", "bed"]

def review():
    label = random.randint(0, 1)
    words = ["the", random.choice(things), "was", random.choice((bad, good)[label])]
    if random.random() < 0.3:
        words += ["but", "the", random.choice(things), "was", random.choice((good, bad)[label])]
    if random.random() < 0.08:
        label = 1 - label
    return {"text": " ".join(words), "label": label}

raw = DatasetDict({k: Dataset.from_list([review() for _ in range(n)]) for k, n in [("train", 640), ("test", 200)]})

vocab = {w: i for i, w in enumerate(["[PAD]", "[UNK]", "the", "was", "but"] + good + bad + things)}
wl = Tokenizer(WordLevel(vocab, unk_token="[UNK]"))
wl.pre_tokenizer = Whitespace()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=wl, pad_token="[PAD]", unk_token="[UNK]")
tokenized = raw.map(lambda batch: tokenizer(batch["text"], truncation=True, max_length=16), batched=True)

# %%
def compute_metrics(eval_pred):
    logits, labels = eval_pred
    predictions = np.argmax(logits, axis=-1)
    tp = int(((predictions == 1) & (labels == 1)).sum())
    f1 = 2 * tp / max(int((predictions == 1).sum() + (labels == 1).sum()), 1)
    return {"accuracy": float((predictions == labels).mean()), "f1": f1}

# %% track
set_seed(42)
config = BertConfig(
    vocab_size=len(vocab), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
    intermediate_size=64, max_position_embeddings=20, num_labels=2,
)
model = BertForSequenceClassification(config)

training_args = TrainingArguments(
    output_dir=tempfile.mkdtemp(),
    learning_rate=2e-3,
    per_device_train_batch_size=32,
    per_device_eval_batch_size=100,
    num_train_epochs=4,
    weight_decay=0.01,
    warmup_steps=10,
    lr_scheduler_type="linear",
    eval_strategy="epoch",
    logging_strategy="epoch",
    save_strategy="no",
    report_to="none",
    disable_tqdm=True,
    use_cpu=True,
)
trainer = Trainer(
    model=model,
    args=training_args,
    train_dataset=tokenized["train"],
    eval_dataset=tokenized["test"],
    processing_class=tokenizer,
    data_collator=DataCollatorWithPadding(tokenizer=tokenizer),
    compute_metrics=compute_metrics,
)
train_result = trainer.train()
eval_results = trainer.evaluate()
print(f"Eval accuracy: {eval_results['eval_accuracy']:.3f}, F1: {eval_results['eval_f1']:.3f}")
