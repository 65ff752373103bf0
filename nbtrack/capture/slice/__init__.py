"""The code slice: the effects of each cell's statements on the session's names, and which cells a cell depends on."""
