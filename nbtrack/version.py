"""The version of nbtrack: of the package and of the front end alike."""

__all__ = ["__version__"]

__version__ = "0.1.0"
