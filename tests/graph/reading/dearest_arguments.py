"""Arguments of lists for the dearest document: of each the lengths and numbers up to what is allowed, and beyond."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.graph.reading.places import CURSORS

_SIZES = (1, 2, 5, 10, 20, 50, 100)
_TIMES = (0, 1, 2, 10, 100, 1_000)
# What the values of one argument may need of a body, roughly; longer ones are refused by their size.
_LENGTHS = (0, 1, 2, 4, 50, 50, 1_000, 20_000)
_MOST_CONDITIONS, _DEEPEST = 50, 5
_SEARCHES = ("ann", "1234", "ann1", "zebra", "a " * 50, "lamp", "l " * 50, "sku", "example", "-")
_COUNTRIES = ("GB", "DE", "FR", "US", "IT", "XX", "YY")
# The time and id of an entry in the middle of each list, by the field of the list.
_PLACES: Mapping[str, tuple[str, str | int, str]] = {
    "events": ("Event.occurredAt", 7_500, "evt_1_250"),
    "purchases": ("Purchase.placedAt", 7_200, "pur_30"),
    "messages": ("Message.createdAt", 9_050, "msg_50"),
    "timeline": ("Profile.timeline", 9_050, "msg_50"),
    "profiles": ("Profile.createdAt", 1_005_000, "prf_500"),
    "subscriptions": ("Subscription.priority", 1, "sub_1_1"),
    "products": ("Product.name", "Lamp 2", "pro_2"),
}


@dataclass(frozen=True, slots=True)
class Arguments:
    dice: Random

    def of(self, name: str) -> dict[str, object]:
        """For the list `name`; what the one of that name below another type does not have is passed over."""
        makers: Mapping[str, Callable[[], dict[str, object]]] = {
            "profiles": self._people,
            "products": lambda: self._some({"search": lambda: self.dice.choice(_SEARCHES)}),
            "messages": self._messages,
            "events": lambda: self._some({"types": self._types, "during": self._period}),
            "purchases": lambda: self._some(
                {"kinds": lambda: self._many(["RETURN"]), "statuses": lambda: self._many(["PAID", "NEW"])}
                | {"during": self._period}
            ),
            "subscriptions": lambda: self._some(
                {"resource": self._resource, "statuses": lambda: self._many(["UNSUBSCRIBED", "INVALID"])}
            ),
            "timeline": lambda: self._some({"kinds": lambda: ["EVENT", "PURCHASE"], "during": self._period}),
        }
        arguments = makers[name]() if name in makers else {}
        size = "last" if self.dice.random() < 0.1 else "first"
        return {**arguments, **self._place(name), size: self.dice.choice(_SIZES)}

    def below(self, name: str) -> dict[str, object]:
        """For a field that is no list in pages; most have no arguments."""
        makers: Mapping[str, Callable[[], dict[str, object]]] = {
            "statusAsOf": lambda: {"at": self.dice.choice((0, 7_500, 10**13))},
            "attribute": lambda: {"key": self.dice.choice(("level", "nothing"))},
            "attributes": lambda: self._some({"keys": lambda: self._many(["level", "nothing"])}),
            "reach": lambda: {
                "resource": self._resource(),
                "purpose": self.dice.choice(("MARKETING", "TRANSACTIONAL")),
                **self._some({"category": lambda: {"key": "c1"}, "channel": lambda: "EMAIL", "at": lambda: 7_500}),
            },
        }
        return makers[name]() if name in makers else {}

    def ids(self, roots: tuple[str, ...]) -> list[str]:
        """For `nodes`: one thing many times, the members of one person, or many people."""
        number = self.dice.choice((1, 10, 100, 100))
        match self.dice.randrange(4):
            case 0:
                return [f"prf_part{each % 199 + 1}" for each in range(number)]
            case 1:
                return [f"prf_{each + 1}" for each in range(number)]
            case 2:
                return [f"prf_big{each % 20}" for each in range(number)]
            case _:
                return [self.dice.choice(roots)] * number

    def _some(self, members: Mapping[str, Callable[[], Any]], usual: float = 0.35) -> dict[str, Any]:
        return {name: made() for name, made in members.items() if self.dice.random() < usual}

    def _people(self) -> dict[str, object]:
        order = {"field": self.dice.choice(["CREATED_AT", "LAST_SEEN_AT", "LAST_NAME"]), "direction": "DESC"}
        return self._some(
            {
                "filter": lambda: self._filter([self.dice.choice((1, 5, 20, _MOST_CONDITIONS))], 1),
                "search": lambda: self.dice.choice(_SEARCHES),
                "orderBy": lambda: order,
            }
        )

    def _messages(self) -> dict[str, object]:
        states: dict[str, Callable[[], Any]] = {"states": lambda: self._many(["FAILED", "BOUNCED"])}
        members = {**states, "resource": self._resource, "during": self._period}
        return self._some({"filter": lambda: self._some(members, 0.5)}) | self._some(states)

    def _filter(self, left: list[int], depth: int) -> dict[str, Any]:
        """With at most so many conditions as are left, in one object, below each other, or side by side."""
        found: dict[str, Any] = {}
        for _ in range(self.dice.choice((0, 1, 1, 2, 4))):
            if left[0] > 0:
                left[0] -= 1
                found |= self._condition()
        if depth < _DEEPEST and left[0] > 1:
            left[0] -= 1
            member = self.dice.choice(["all", "any", "not"])
            if member == "not":
                found[member] = self._filter(left, depth + 1)
            else:
                found[member] = self._parts(left, depth + 1)
        return found

    def _parts(self, left: list[int], depth: int) -> list[dict[str, Any]]:
        if self.dice.random() < 0.5:
            # The same many times over is what a search by small steps would hardly come upon.
            number, left[0] = left[0], 0
            return [self.dice.choice([{}, self._condition()])] * number
        return [self._filter(left, depth) for _ in range(self.dice.choice((1, 2, 5)))]

    def _condition(self) -> dict[str, Any]:
        makers: Mapping[str, Callable[[], Any]] = {
            "kinds": lambda: self._many(["ANONYMOUS"]),
            "statuses": lambda: self._many(["INVALID"]),
            "countries": lambda: self._many(_COUNTRIES),
            "createdAt": self._period,
            "lastSeenAt": self._period,
            "hasIdentifier": lambda: self.dice.choice(["URL", "EMAIL"]),
            "attribute": self._attribute,
            "subscription": self._subscription,
            "purchase": self._purchase,
            "isTest": lambda: True,
        }
        name = self.dice.choice(sorted(makers))
        return {name: makers[name]()}

    def _attribute(self) -> dict[str, Any]:
        members = {"in": lambda: self._many(range(100, 20_100)), "over": lambda: 20, "exists": lambda: True}
        return {"key": "level", **self._some(members, 0.5)}

    def _subscription(self) -> dict[str, Any]:
        members = {"resource": self._resource, "channel": lambda: "SMS", "statuses": lambda: self._many(["INVALID"])}
        return {"exists": self.dice.random() < 0.5, **self._some(members, 0.5)}

    def _purchase(self) -> dict[str, Any]:
        members: Mapping[str, Callable[[], Any]] = {
            "totalOver": lambda: {"amount": self.dice.choice(["1", "100"]), "currency": "GBP"},
            "during": self._period,
            "timesAtMost": lambda: self.dice.choice(_TIMES),
        }
        return {"timesAtLeast": self.dice.choice(_TIMES), **self._some(members)}

    def _types(self) -> list[str]:
        return [f"t{number}" for number in range(min(60, self.dice.choice(_LENGTHS)))]

    def _resource(self) -> dict[str, str]:
        return self.dice.choice([{"key": "x"}, {"key": "hot"}, {"id": "res_1"}])

    def _period(self) -> dict[str, int]:
        # Everything, half of a history, an instant of it, and nothing.
        return self.dice.choice([{"from": 0}, {"before": 7_500}, {"from": 7_500}, {"from": 7_500, "before": 7_501}, {}])

    def _many(self, values: Any) -> list[Any]:
        length = self.dice.choice(_LENGTHS)
        return [values[number % len(values)] for number in range(length)]

    def _place(self, name: str) -> dict[str, object]:
        if name not in _PLACES or self.dice.random() < 0.8:
            return {}
        return {self.dice.choice(["after", "before"]): CURSORS.at(*_PLACES[name])}
