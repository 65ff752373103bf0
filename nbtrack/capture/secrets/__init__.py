"""Detect and mask secrets: passwords, keys and tokens in values, code and output.

`names` judges values by their names, `shapes` by their form, `text` and `code` locate secrets,
and `seen` is the list of those that were found, which masks everything that is stored.
"""

from nbtrack.capture.secrets.in_text import MASK, OWN
from nbtrack.capture.secrets.seen import SEEN, Secrets, is_masking, mask, mask_text, set_masking

__all__ = ["MASK", "OWN", "SEEN", "Secrets", "is_masking", "mask", "mask_text", "set_masking"]
