"""Watch a cell while it runs: hooks in its syntax tree, and the earlier values of its names."""
