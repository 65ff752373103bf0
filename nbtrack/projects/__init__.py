"""Projects: a folder or a git repository whose commands are run, each as a run of the store."""

from nbtrack.projects.running import SubmittedRun, run_project

__all__ = ["SubmittedRun", "run_project"]
