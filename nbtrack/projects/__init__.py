"""Projects: a folder or a git repository whose commands are run, each as a run of the store."""

__all__ = ["MANAGERS", "UNWANTED", "VALUES"]

MANAGERS = ("local", "uv", "virtualenv", "conda")
"""What makes the environment that a project runs in."""

VALUES = "NBTRACK_VALUES"
"""The variable with the values, as JSON, that a script has in the places of its literals."""

UNWANTED = "only_read_its_arguments"
"""In the outcome of a script's run that nobody wants: `train.py --help`."""
