"""Code that is captured while it runs, a cell or a script: what its run keeps of it, and the line that says so."""
