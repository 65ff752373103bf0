"""`python -m nbtrack.script FILE ARGUMENTS...` runs FILE as `python FILE` does, and captures it."""

import sys

from nbtrack.script.running import run

sys.exit(run(sys.argv[1:]))
