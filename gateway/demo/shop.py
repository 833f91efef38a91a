from __future__ import annotations

from graph.subscribing.resource import CreateResource, NewCategory
from graph.vocabulary import Channel

NEWS = "news"
OFFERS = "offers"

SHOP = CreateResource(
    key="shop",
    title="Online Retail",
    channels=(Channel.EMAIL,),
    sender="shop@shop.example",
    sender_name="Online Retail",
    categories=(
        NewCategory(NEWS, "News"),
        NewCategory(OFFERS, "Offers"),
        NewCategory("orders", "Your orders", mandatory=True),
    ),
)

WEBSITE = "https://shop.example"
