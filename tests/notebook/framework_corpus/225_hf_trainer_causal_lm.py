# %%
import math
import random

import torch
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments, default_data_collator

random.seed(5)
torch.manual_seed(5)
ALPHABET = "abcdefghijklmnopqrst .,"
stoi = {ch: i for i, ch in enumerate(ALPHABET)}
SUBJECTS = ["the cat", "a dog", "the goat", "one hen"]
VERBS = ["sees", "bites", "likes", "meets"]


def sentence():
    return f"{random.choice(SUBJECTS)} {random.choice(VERBS)} {random.choice(SUBJECTS)}. "


class CharBlocks(torch.utils.data.Dataset):
    def __init__(self, n_sentences, block_size):
        ids = [stoi[c] for c in "".join(sentence() for _ in range(n_sentences)) if c in stoi]
        n = len(ids) // block_size
        self.blocks = torch.tensor(ids[: n * block_size]).view(n, block_size)

    def __len__(self):
        return len(self.blocks)

    def __getitem__(self, i):
        return {"input_ids": self.blocks[i], "labels": self.blocks[i]}


# %%
def run_clm(block_size=32, n_layer=2, n_embd=48, n_head=4, **training):
    train_ds, eval_ds = CharBlocks(600, block_size), CharBlocks(120, block_size)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(ALPHABET),
            n_positions=block_size,
            n_layer=n_layer,
            n_embd=n_embd,
            n_head=n_head,
            resid_pdrop=0.0,
            bos_token_id=None,
            eos_token_id=None,
        )
    )
    args = TrainingArguments(
        output_dir="char-gpt",
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        **training,
    )
    trainer = Trainer(
        model=model, args=args, train_dataset=train_ds, eval_dataset=eval_ds, data_collator=default_data_collator
    )
    trainer.train()
    return trainer


# %% track
trainer = run_clm(
    n_embd=32,
    max_steps=120,
    per_device_train_batch_size=16,
    learning_rate=5e-3,
    lr_scheduler_type="cosine",
    warmup_steps=10,
    logging_steps=20,
    eval_strategy="steps",
    eval_steps=40,
)
eval_results = trainer.evaluate()
print(f"Perplexity: {math.exp(eval_results['eval_loss']):.2f}")
