# %%
import copy
import time

import torch
import torch.nn as nn
from sklearn.datasets import load_wine
from torch import optim
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(21)
wine = load_wine()
order = torch.randperm(len(wine.target))
inputs_all = torch.tensor(wine.data, dtype=torch.float32)[order]
inputs_all = (inputs_all - inputs_all.mean(0)) / inputs_all.std(0)
labels_all = torch.tensor(wine.target)[order]
datasets = {
    "train": TensorDataset(inputs_all[:80], labels_all[:80]),
    "val": TensorDataset(inputs_all[80:], labels_all[80:]),
}
dataloaders = {x: DataLoader(datasets[x], batch_size=8, shuffle=x == "train") for x in ["train", "val"]}
dataset_sizes = {x: len(datasets[x]) for x in ["train", "val"]}

# %%
def train_model(model, criterion, optimizer, scheduler, num_epochs=25):
    since = time.time()
    best_weights = copy.deepcopy(model.state_dict())
    best_acc = 0.0

    for epoch in range(num_epochs):
        print(f"Epoch {epoch}/{num_epochs - 1}")
        print("-" * 10)
        for phase in ["train", "val"]:
            model.train(phase == "train")
            running_loss = 0.0
            running_corrects = 0
            for inputs, labels in dataloaders[phase]:
                optimizer.zero_grad()
                with torch.set_grad_enabled(phase == "train"):
                    outputs = model(inputs)
                    preds = outputs.argmax(1)
                    loss = criterion(outputs, labels)
                    if phase == "train":
                        loss.backward()
                        optimizer.step()
                running_loss += loss.item() * inputs.size(0)
                running_corrects += torch.sum(preds == labels)
            if phase == "train":
                scheduler.step()

            epoch_loss = running_loss / dataset_sizes[phase]
            epoch_acc = running_corrects.double() / dataset_sizes[phase]
            print(f"{phase} Loss: {epoch_loss:.4f} Acc: {epoch_acc:.4f}")

            if phase == "val" and epoch_acc > best_acc:
                best_acc = epoch_acc
                best_weights = copy.deepcopy(model.state_dict())
        print()

    time_elapsed = time.time() - since
    print(f"done in {time_elapsed:.1f} s")
    print(f"Best val Acc: {best_acc:4f}")
    model.load_state_dict(best_weights)
    return model


# %% track
model_ft = nn.Sequential(nn.Linear(13, 16), nn.ReLU())
for param in model_ft.parameters():
    param.requires_grad = False
num_ftrs = model_ft[0].out_features
model_ft = nn.Sequential(model_ft, nn.Linear(num_ftrs, 3))

criterion = nn.CrossEntropyLoss()
optimizer_ft = optim.SGD(model_ft[1].parameters(), lr=0.02, momentum=0.8)
exp_lr_scheduler = lr_scheduler.StepLR(optimizer_ft, step_size=4, gamma=0.5)

model_ft = train_model(model_ft, criterion, optimizer_ft, exp_lr_scheduler, num_epochs=10)
