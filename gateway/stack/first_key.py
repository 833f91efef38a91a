from __future__ import annotations

from gateway.api_keys import new_key, register_admin_key
from gateway.stack.private_file import write_private
from gateway.stack.steps import say
from gateway.stack.up_settings import UpSettings
from graph.connection import Graph


async def make_first_key(settings: UpSettings, graph: Graph) -> None:
    """On the first start of a data folder, makes an API key and prints it, this once and never again.

    Where the caller brought one in CUSTOMER_GRAPH_ADMIN_KEY the gateway registers that one instead.
    """
    done = settings.data.secrets / "first-key-done"
    if settings.given_value("CUSTOMER_GRAPH_ADMIN_KEY"):
        write_private(done, "")
    elif done.exists():
        say("API keys: those made before are valid; `customer-graph key` makes another")
    else:
        key = new_key()
        await register_admin_key(graph, key)
        say(f"API key, shown only now: {key}")
        write_private(done, "")
