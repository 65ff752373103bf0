"""Analyse a cell's source; nothing is executed."""
