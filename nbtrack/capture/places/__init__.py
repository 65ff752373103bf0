"""The places of a script's literals, where another value can be put: found in its text, and edited there."""

from nbtrack.capture.places.editing import edited, value_like, values_like, with_values
from nbtrack.capture.places.finding import places_in
from nbtrack.capture.places.of_params import places_of_params
from nbtrack.capture.places.place import Place

__all__ = ["Place", "edited", "places_in", "places_of_params", "value_like", "values_like", "with_values"]
