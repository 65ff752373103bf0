"""Projects: a folder or a git repository whose commands are run, each as a run of the store."""
