"""Packaging: a run or a notebook becomes a project that runs elsewhere."""
