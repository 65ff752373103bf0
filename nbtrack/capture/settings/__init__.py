"""The settings of a cell, which become params: its names, the arguments of its calls, its estimators."""
