"""nbtrack's `sklearn` under MLflow's name."""

import sys

import nbtrack.sklearn

sys.modules[__name__] = nbtrack.sklearn
