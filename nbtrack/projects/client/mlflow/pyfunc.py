"""nbtrack's `pyfunc` under MLflow's name."""

import sys

import nbtrack.pyfunc

sys.modules[__name__] = nbtrack.pyfunc
