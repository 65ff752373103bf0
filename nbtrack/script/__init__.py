"""A plain script, captured while it runs as a tracked cell is: `python -m nbtrack.script train.py --lr 0.1`."""
