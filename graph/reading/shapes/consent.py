"""What people allow, and what stands against writing to them."""

from __future__ import annotations

from graph.reading import links
from graph.reading.fields import One, Shape
from graph.reading.values import instant, optional, value_or

OPT_OUT = Shape(
    "OptOut",
    {
        "resource": One("Resource", links.RESOURCE_OF, required=False),
        "channel": optional("channel"),
        "since": instant("since"),
        "liftedForChannels": value_or("liftedForChannels", "[]"),
        "liftedForResources": value_or("liftedForResources", "[]"),
    },
)
