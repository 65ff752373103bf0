"""Which models a cell has trained: what is a model, what can be reached from names, what has changed."""
