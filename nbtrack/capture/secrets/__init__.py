"""What must not be kept: passwords, keys and tokens in values, code and output.

`names` judges by what a value is called, `shapes` by what it looks like, `text` and `code` find where secrets stand,
and `seen` is the list of those that were found, which masks everything that is kept.
"""

from nbtrack.capture.secrets.seen import SEEN, Secrets, mask, mask_text
from nbtrack.capture.secrets.text import MASK

__all__ = ["MASK", "SEEN", "Secrets", "mask", "mask_text"]
