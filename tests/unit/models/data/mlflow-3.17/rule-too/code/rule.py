"""Loads the rule beside it."""

import json


class Rule:
    """Says which wines are light."""

    def __init__(self, limit):
        self.limit = limit

    def predict(self, model_input, params=None):
        """Return whether each has less alcohol than the limit."""
        limit = (params or {}).get("limit", self.limit)
        return (model_input["alcohol"] < limit).tolist()


def _load_pyfunc(path):
    with open(path) as file:
        return Rule(json.load(file)["limit"])
