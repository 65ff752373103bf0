"""A function that gets its config from Hydra."""

from dataclasses import dataclass, field

import hydra
from hydra.core.config_store import ConfigStore


@dataclass
class Model:
    hidden: int = 16


@dataclass
class Config:
    lr: float = 0.1
    epochs: int = 5
    model: Model = field(default_factory=Model)


ConfigStore.instance().store(name="config", node=Config)


@hydra.main(version_base=None, config_name="config", config_path=None)
def main(cfg):
    lr, epochs = cfg.lr, cfg.epochs
    weight = 0.0
    for epoch in range(epochs):
        gradient = 2 * (weight - 3)
        weight -= lr * gradient
        loss = (weight - 3) ** 2
    print(f"final loss {loss:.4f}")


if __name__ == "__main__":
    main()
