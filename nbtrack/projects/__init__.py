"""Projects: a folder or a git repository whose commands are run, each as a run of the store."""

__all__ = ["MANAGERS"]

MANAGERS = ("local", "uv", "virtualenv", "conda")
"""What makes the environment that a project runs in."""
