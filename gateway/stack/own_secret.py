from __future__ import annotations

import secrets

from gateway.stack.errors import SecretLost
from gateway.stack.private_file import read_or_make
from gateway.stack.up_settings import UpSettings
from graph.connection import Graph
from graph.emptiness import has_data

_VARIABLE = "CUSTOMER_GRAPH_SECRET"


async def own_secret(settings: UpSettings, graph: Graph) -> str:
    """What keys cursors and the hashes of inputs: given, or kept, or made for an empty graph.

    Raises SecretLost where the graph has data already: what was made with it would be refused from now on.
    """
    given = settings.given_value(_VARIABLE)
    if given:
        return given
    path = settings.data.secrets / "secret"
    if not path.exists() and await has_data(graph):
        raise SecretLost(
            f"the graph has data, but its secret is not in {path}; put it back from a backup or name it in {_VARIABLE}"
        )
    return read_or_make(path, lambda: secrets.token_urlsafe(32))
