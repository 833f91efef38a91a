from __future__ import annotations

from graph.bulk.resource import SyntheticCategory, SyntheticResource
from graph.vocabulary import Channel

NEWS = "news"
OFFERS = "offers"

SHOP = SyntheticResource(
    key="shop",
    title="Online Retail",
    channels=(Channel.EMAIL,),
    sender="shop@shop.example",
    sender_name="Online Retail",
    categories=(
        SyntheticCategory(NEWS, "News"),
        SyntheticCategory(OFFERS, "Offers"),
        SyntheticCategory("orders", "Your orders", mandatory=True),
    ),
)

WEBSITE = "https://shop.example"
