"""Projects: code that is run from elsewhere, with its params and its environment."""
