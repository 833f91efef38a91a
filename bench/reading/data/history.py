from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.reading.data.chance import chance, made_up_id
from bench.reading.data.person import Person
from graph.vocabulary import Channel, MessageState

MESSAGES = 20

_TYPES = ("page_view", "click", "add_to_cart", "search", "login", "email_open")
_SOURCES = ("web", "ios", "android")
_STATES = (MessageState.DELIVERED, MessageState.OPENED, MessageState.CLICKED, MessageState.BOUNCED)
_CHANNELS = tuple(Channel)[:5]
_FIRST_MS = 1_291_161_600_000
_SPAN_MS = 10_000_000_000
# The share of events that are worth something.
_WITH_VALUE = 0.5
_CENT_MICROS = 10_000
# More than anybody has, so that numbers made of a person's and this one are unique.
_MOST = 100_000


def events_of(person: Person) -> Iterator[dict[str, object]]:
    drawn = chance("events", str(person.number))
    for index in range(person.events):
        number = person.number * _MOST + index
        source = drawn.choice(_SOURCES)
        yield {
            "id": made_up_id("evt", number),
            "profileId": person.id,
            "source": source,
            "externalId": str(number),
            "sourceKey": f"{source}:{number}",
            "type": drawn.choice(_TYPES),
            "atMs": _FIRST_MS + drawn.randrange(_SPAN_MS),
            "valueMicros": drawn.randrange(10_000) * _CENT_MICROS if drawn.random() < _WITH_VALUE else None,
            "properties": f'{{"path": "/p/{drawn.randint(1, 3000)}"}}',
        }


def messages_of(person: Person, subscription_ids: Sequence[str]) -> Iterator[dict[str, object]]:
    drawn = chance("messages", str(person.number))
    for index in range(MESSAGES):
        yield {
            "id": made_up_id("msg", person.number * _MOST + index),
            "profileId": person.id,
            "subscriptionId": drawn.choice(subscription_ids),
            "outreachId": outreach_id(person),
            "state": drawn.choice(_STATES).value,
            "channel": drawn.choice(_CHANNELS).value,
            "subject": f"Offer {drawn.randint(1, 500)} for you",
            "atMs": _FIRST_MS + drawn.randrange(_SPAN_MS),
        }


def outreach_id(person: Person) -> str:
    return made_up_id("out", person.number)
