"""What a cell's source says; nothing is executed."""
