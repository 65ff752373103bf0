# /// script
# requires-python = ">=3.11"
# dependencies = ["fire==0.7.1", "typer==0.19.2"]
# ///
"""A function that typer makes a command of."""

import typer

app = typer.Typer()


@app.command()
def train(lr: float = 0.1, epochs: int = 5):
    weight = 0.0
    for epoch in range(epochs):
        gradient = 2 * (weight - 3)
        weight -= lr * gradient
        loss = (weight - 3) ** 2
    print(f"final loss {loss:.4f}")


if __name__ == "__main__":
    app()
