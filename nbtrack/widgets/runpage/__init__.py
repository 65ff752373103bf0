"""A run's page: everything that is kept of one run, to be read, edited and acted on in the notebook."""
