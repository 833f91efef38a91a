from __future__ import annotations

import random

# Another seed is another demo: with it every made-up name, address, status and event changes.
_SEED = "customer-graph 1"


def chance(*about: str) -> random.Random:
    """The same numbers for the same words, in every run and whatever else was drawn before."""
    return random.Random(":".join((_SEED, *about)))  # noqa: S311  # Made-up data must repeat; it guards nothing.
