"""The code slice: what each cell's statements do to the session's names, and which cells a cell depends on."""
