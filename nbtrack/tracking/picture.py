"""Arrays as images, for `log_image`."""

from __future__ import annotations

from typing import Any

from nbtrack.errors import InvalidValueError, MissingPackageError

__all__ = ["as_picture"]


def as_picture(array: Any) -> Any:
    """Return an array as a Pillow image.

    Raises
    ------
    InvalidValueError
        When its shape or its values are not those of an image.
    MissingPackageError
        Without Pillow.
    """
    import numpy as np

    try:
        from PIL import Image
    except ImportError as error:
        raise MissingPackageError("images of arrays need Pillow: python -m pip install pillow") from error
    pixels = np.asarray(array)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
        raise InvalidValueError(
            f"an array of shape {np.shape(array)} is not an image; give height x width, with 1, 3 or 4 channels"
        )
    if pixels.dtype.kind == "b":
        pixels = pixels * np.uint8(255)
    elif pixels.dtype.kind == "f" and np.nanmin(pixels) >= 0 and np.nanmax(pixels) <= 1:
        pixels = np.nan_to_num(pixels) * 255
    elif pixels.dtype.kind not in "iu" or pixels.min() < 0 or pixels.max() > 255:
        raise InvalidValueError(
            "the pixels are out of range; give integers of 0 to 255, floats of 0 to 1, or bools"
        )
    return Image.fromarray(pixels.astype("uint8"))
