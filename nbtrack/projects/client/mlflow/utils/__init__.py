"""What MLflow's own examples take from its `utils`."""
