# %%
import math
import time

import torch
from torch import nn

text = """the wind comes from the west in the morning and from the east at night . the boats go out with the tide and
come back with the wind . in the morning the gulls follow the boats , at night the boats follow the light .""".split()
torch.manual_seed(68)
vocab = {word: i for i, word in enumerate(sorted(set(text)))}
corpus = torch.tensor([vocab[word] for word in text * 12])


def batchify(data, bsz):
    seq_len = data.size(0) // bsz
    return data[: seq_len * bsz].view(bsz, seq_len).t().contiguous()


batch_size = 8
eval_batch_size = 4
train_data = batchify(corpus[:380], batch_size)
val_data = batchify(corpus[380:460], eval_batch_size)
test_data = batchify(corpus[460:], eval_batch_size)
bptt = 10


class WordModel(nn.Module):
    def __init__(self, ntoken, d_model, nhead, d_hid, nlayers, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(ntoken, d_model)
        self.position = nn.Embedding(bptt, d_model)
        layer = nn.TransformerEncoderLayer(d_model, nhead, d_hid, dropout)
        self.encoder = nn.TransformerEncoder(layer, nlayers, enable_nested_tensor=False)
        self.linear = nn.Linear(d_model, ntoken)

    def forward(self, src):
        mask = nn.Transformer.generate_square_subsequent_mask(len(src))
        src = self.embedding(src) + self.position(torch.arange(len(src))).unsqueeze(1)
        return self.linear(self.encoder(src, mask))


def get_batch(source, i):
    seq_len = min(bptt, len(source) - 1 - i)
    return source[i : i + seq_len], source[i + 1 : i + 1 + seq_len].reshape(-1)


# %%
def train(model):
    model.train()
    total_loss = 0.
    log_interval = 2
    start_time = time.time()
    num_batches = len(train_data) // bptt
    for batch, i in enumerate(range(0, train_data.size(0) - 1, bptt)):
        data, targets = get_batch(train_data, i)
        loss = criterion(model(data).view(-1, ntokens), targets)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        total_loss += loss.item()
        if batch % log_interval == 0 and batch > 0:
            lr = scheduler.get_last_lr()[0]
            ms_per_batch = (time.time() - start_time) * 1000 / log_interval
            cur_loss = total_loss / log_interval
            ppl = math.exp(cur_loss)
            print(f'| epoch {epoch:3d} | {batch:5d}/{num_batches:5d} batches | '
                  f'lr {lr:02.4f} | ms/batch {ms_per_batch:5.2f} | loss {cur_loss:5.2f} | ppl {ppl:8.2f}')
            total_loss = 0
            start_time = time.time()


def evaluate(model, eval_data):
    model.eval()
    total_loss = 0.
    with torch.no_grad():
        for i in range(0, eval_data.size(0) - 1, bptt):
            data, targets = get_batch(eval_data, i)
            total_loss += len(data) * criterion(model(data).view(-1, ntokens), targets).item()
    return total_loss / (len(eval_data) - 1)


# %% track
ntokens = len(vocab)  # size of vocabulary
emsize = 16  # embedding dimension
d_hid = 32
nlayers = 1
nhead = 2
dropout = 0.1
model = WordModel(ntokens, emsize, nhead, d_hid, nlayers, dropout)

criterion = nn.CrossEntropyLoss()
lr = 0.05  # learning rate
optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1.0, gamma=0.9)

best_val_loss = float('inf')
epochs = 6
best_model = None

for epoch in range(1, epochs + 1):
    epoch_start_time = time.time()
    train(model)
    val_loss = evaluate(model, val_data)
    val_ppl = math.exp(val_loss)
    elapsed = time.time() - epoch_start_time
    print('-' * 89)
    print(f'| end of epoch {epoch:3d} | time: {elapsed:5.2f}s | valid loss {val_loss:5.2f} | valid ppl {val_ppl:8.2f}')
    print('-' * 89)
    if val_loss < best_val_loss:
        best_val_loss = val_loss
        best_model = {k: v.clone() for k, v in model.state_dict().items()}
    scheduler.step()

model.load_state_dict(best_model)
test_loss = evaluate(model, test_data)
test_ppl = math.exp(test_loss)
print(f'| End of training | test loss {test_loss:5.2f} | test ppl {test_ppl:8.2f}')
