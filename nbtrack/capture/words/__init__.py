"""The vocabulary that capture uses: of names, text, calls, libraries and magics."""
