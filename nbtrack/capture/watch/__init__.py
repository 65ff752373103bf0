"""What watches a cell while it runs: hooks in its syntax tree, and what its names held before."""
