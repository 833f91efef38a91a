from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bench.reading.data.chance import chance, made_up_id
from bench.reading.data.person import Person
from graph.identifiers import masked
from graph.vocabulary import Channel, IdentifierType, SubscriptionStatus

RESOURCES = 20

_CHANNELS = {
    IdentifierType.EMAIL: (Channel.EMAIL,),
    IdentifierType.PHONE: (Channel.SMS,),
    IdentifierType.PUSH_TOKEN: (Channel.WEB_PUSH, Channel.MOBILE_PUSH),
    IdentifierType.TELEGRAM: (Channel.TELEGRAM,),
}
_STATUSES = (*[SubscriptionStatus.SUBSCRIBED] * 4, SubscriptionStatus.UNSUBSCRIBED)
_HOUR_MS = 3_600_000
# More than anybody has of either, so that numbers made of a person's and this one are unique.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Contact:
    """What a person can be reached by, and the subscriptions over it: rows, ready to be written."""

    identifiers: list[dict[str, object]]
    subscriptions: list[dict[str, object]]

    def subscription_ids(self) -> list[str]:
        return [str(row["id"]) for row in self.subscriptions]


def resource_id(number: int) -> str:
    return made_up_id("res", number)


def contact_of(person: Person) -> Contact:
    drawn = chance("contact", str(person.number))
    kinds = drawn.sample(list(_CHANNELS), drawn.randint(2, 4))
    identifiers = [_identifier(person, kind, index, drawn) for index, kind in enumerate(kinds)]
    # No resource twice: the same address on the same channel of the same resource is one subscription.
    resources = drawn.sample(range(RESOURCES), drawn.randint(2, 6))
    subscriptions = []
    for index, resource in enumerate(resources):
        place = drawn.randrange(len(kinds))
        channel = drawn.choice(_CHANNELS[kinds[place]])
        subscriptions.append(_subscription(person, index, (resource, channel, str(identifiers[place]["id"])), drawn))
    return Contact(identifiers, subscriptions)


def _identifier(person: Person, kind: IdentifierType, index: int, drawn: Random) -> dict[str, object]:
    value = _value(person, kind, drawn)
    namespace = "bench" if kind in {IdentifierType.TELEGRAM, IdentifierType.PUSH_TOKEN} else ""
    return {
        "id": made_up_id("idn", person.number * _MOST + index),
        "profileId": person.id,
        "key": f"{kind}:{namespace}:{value}",
        "type": kind.value,
        "namespace": namespace,
        "value": value,
        "masked": masked(kind, value),
        "reversed": value[::-1] if kind is IdentifierType.PHONE else None,
        "createdMs": person.created_ms,
    }


def _value(person: Person, kind: IdentifierType, drawn: Random) -> str:
    match kind:
        case IdentifierType.EMAIL:
            return f"person{person.number}@example.org"
        case IdentifierType.PHONE:
            return f"+4470{person.number:08d}"
        case IdentifierType.PUSH_TOKEN:
            return f"token-{drawn.getrandbits(64):016x}"
        case _:
            return str(700_000_000 + person.number)


def _subscription(person: Person, index: int, over: tuple[int, Channel, str], drawn: Random) -> dict[str, object]:
    resource, channel, identifier_id = over
    return {
        "id": made_up_id("sub", person.number * _MOST + index),
        "key": f"{person.id}:{resource_id(resource)}:{channel}:{identifier_id}",
        "profileId": person.id,
        "identifierId": identifier_id,
        "resourceId": resource_id(resource),
        "channel": channel.value,
        "status": drawn.choice(_STATUSES).value,
        "priority": index,
        "createdMs": person.created_ms + index * _HOUR_MS,
    }
