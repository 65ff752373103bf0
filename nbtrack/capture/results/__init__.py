"""The results of a cell, which become metrics: in its names, in what its calls return, in what it prints."""
