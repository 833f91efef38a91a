from __future__ import annotations

import random

_SEED = "customer-graph bench 1"


def chance(*about: str) -> random.Random:
    """The same numbers for the same words, in every run and whatever else was drawn before."""
    return random.Random(":".join((_SEED, *about)))  # noqa: S311  # Made-up data must repeat; it guards nothing.


def made_up_id(prefix: str, number: int) -> str:
    """In the form of the product's ids, and the same in every run."""
    return f"{prefix}_{number:026d}"
