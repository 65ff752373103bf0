"""Which random number generator a call seeds or draws from; generators have names such as `<random numpy>`."""

from __future__ import annotations

import re

__all__ = ["drawn_by", "generator_of", "seeded_by"]

_LIBRARIES = {
    "random": "random", "numpy": "numpy", "pandas": "numpy", "scipy": "numpy", "sklearn": "numpy",
    "imblearn": "numpy", "lightgbm": "numpy", "xgboost": "numpy", "statsmodels": "numpy", "torch": "torch",
    "torchvision": "torch", "lightning": "torch", "pytorch_lightning": "torch", "transformers": "torch",
    "tensorflow": "tensorflow", "keras": "tensorflow",
}  # fmt: skip
"""Which library's generator a library uses."""
_SEED = re.compile(
    r"(random|numpy|torch|tensorflow)\.(?:[\w.]*\.)?(?:seed|manual_seed|manual_seed_all|set_seed|set_state|setstate)"
)
_SEED_ALL = re.compile(
    r"(?:.*\.)?(?:seed_everything|seed_all|set_seed|set_all_seeds|set_random_seed|fix_seeds?)"
)
_DRAW = re.compile(
    r"(random)\.(?!seed|getstate|setstate|[A-Z])\w+|(numpy)\.random\.(?!seed|get_state|set_state|default_rng|[A-Z])\w+"
    r"|(torch)\.(?:rand\w*|normal|bernoulli|multinomial|nn\.(?:[\w.]*\.)?[A-Z]\w*)"
)


def generator_of(module: str) -> str:
    """Return the generator that a module's functions draw from; empty if none is known.

    Examples
    --------
    >>> generator_of("sklearn.linear_model")
    '<random numpy>'
    """
    library = _LIBRARIES.get(module.partition(".")[0])
    return f"<random {library}>" if library else ""


def seeded_by(function: str) -> set[str]:
    """Return the generators that a call seeds, by the function's full name."""
    if seed := _SEED.fullmatch(function):
        return {f"<random {seed[1]}>"}
    if function and _SEED_ALL.fullmatch(function):
        return {f"<random {library}>" for library in _LIBRARIES.values()}
    return set()


def drawn_by(function: str) -> set[str]:
    """Return the generator that a call certainly draws from, by the function's full name."""
    draw = None if _SEED_ALL.fullmatch(function) else _DRAW.fullmatch(function)
    return {f"<random {draw[1] or draw[2] or draw[3]}>"} if draw else set()
