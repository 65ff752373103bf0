# %%
import math
import random
import time

import matplotlib.pyplot as plt
import torch
import torch.nn as nn

endings = {
    "Saxon": ["ham", "ton", "ley", "ford", "wick"],
    "Norse": ["by", "thorpe", "toft", "dale", "ness"],
    "Brythonic": ["combe", "dunum", "wennock", "garth", "llan"],
}
all_categories = list(endings)
n_categories = len(all_categories)
all_letters = "abcdefghijklmnopqrstuvwxyz"
n_letters = len(all_letters)
random.seed(4)
torch.manual_seed(4)
stems = ["ash", "kirk", "bur", "wel", "nor", "sut", "mid", "oak", "whit", "hol", "bram", "grim", "stan", "ful"]
category_lines = {c: [s + e for s in stems for e in ends] for c, ends in endings.items()}


def line_to_tensor(line):
    tensor = torch.zeros(len(line), 1, n_letters)
    for i, letter in enumerate(line):
        tensor[i][0][all_letters.find(letter)] = 1
    return tensor


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size + hidden_size, hidden_size)
        self.h2o = nn.Linear(hidden_size, output_size)

    def forward(self, x, hidden):
        hidden = torch.tanh(self.i2h(torch.cat((x, hidden), 1)))
        return torch.log_softmax(self.h2o(hidden), dim=1), hidden

    def init_hidden(self):
        return torch.zeros(1, self.hidden_size)


def category_from_output(output):
    category_i = output.topk(1)[1][0].item()
    return all_categories[category_i], category_i


def random_training_example():
    category = random.choice(all_categories)
    line = random.choice(category_lines[category])
    return category, line, torch.tensor([all_categories.index(category)]), line_to_tensor(line)


def time_since(since):
    s = time.time() - since
    return '%dm %ds' % (s // 60, s % 60)


# %%
def train(category_tensor, line_tensor):
    hidden = rnn.init_hidden()
    rnn.zero_grad()
    for i in range(line_tensor.size()[0]):
        output, hidden = rnn(line_tensor[i], hidden)
    loss = criterion(output, category_tensor)
    loss.backward()
    for p in rnn.parameters():
        p.data.add_(p.grad.data, alpha=-learning_rate)
    return output, loss.item()


# %% track
n_hidden = 24
rnn = RNN(n_letters, n_hidden, n_categories)
criterion = nn.NLLLoss()
learning_rate = 0.05

n_iters = 450
print_every = 90
plot_every = 30

current_loss = 0
all_losses = []
start = time.time()

for iter in range(1, n_iters + 1):
    category, line, category_tensor, line_tensor = random_training_example()
    output, loss = train(category_tensor, line_tensor)
    current_loss += loss

    if iter % print_every == 0:
        guess, guess_i = category_from_output(output)
        mark = 'right' if guess == category else 'no, %s' % category
        print('%d %d%% (%s) %.4f %s is %s: %s' % (iter, 100 * iter / n_iters, time_since(start), loss, line, guess, mark))

    if iter % plot_every == 0:
        all_losses.append(current_loss / plot_every)
        current_loss = 0

plt.figure()
plt.plot(all_losses)

# which ones are mixed up?
confusion = torch.zeros(n_categories, n_categories)
n_confusion = 120
for i in range(n_confusion):
    category, line, category_tensor, line_tensor = random_training_example()
    hidden = rnn.init_hidden()
    for k in range(line_tensor.size()[0]):
        output, hidden = rnn(line_tensor[k], hidden)
    guess, guess_i = category_from_output(output)
    confusion[all_categories.index(category)][guess_i] += 1
print('%.1f%% of the names placed' % (100 * confusion.diag().sum() / n_confusion))
