from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

_VARIABLE = "CUSTOMER_GRAPH_CACHE"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """What is the same for every stack of this machine and can be fetched or made again."""
    named = environment.get(_VARIABLE, "")
    path = Path(named).expanduser() if named else platformdirs.user_cache_path("customer-graph", appauthor=False)
    return path.absolute()
