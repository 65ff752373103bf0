"""`python -m nbtrack` is the command `nbtrack`."""

from nbtrack.cli import main

main()
