"""A letter that is ready to be sent."""

from __future__ import annotations

from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose

LETTER = Delivery(
    message_id="msg_01JABCDEFG0123456789ABCDEF",
    channel=Channel.EMAIL,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(None, None),
    address="reader@example.org",
    sender="shop@example.com",
    sender_name="The Shop",
    subject="Hello",
    text="Good day.\n.hidden dot\n",
    html="<p>Good day.</p>",
)
