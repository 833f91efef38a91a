"""Values that mean something in the test world: what documents are filled with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graph.reading.cursor import Cursors
from tests.oracle import orders, words
from tests.oracle.dice import Dice
from tests.oracle.founding import INSTANTS
from tests.oracle.literals import Named
from tests.oracle.ordering import Order
from tests.oracle.scalars import instant_text
from tests.oracle.world import World

_OF_REFERENCE = {
    "ProfileRef": "prf",
    "ResourceRef": "res",
    "TemplateRef": "tpl",
    "CategoryRef": "cat",
    "ProductRef": "pro",
    "PurchaseRef": "pur",
    "message": "msg",
    "job": "job",
}
_KEYS = {"CategoryRef": words.CATEGORY_KEYS, "TemplateRef": words.TEMPLATE_KEYS}
_NO_IDS = ["", "prf_", "prf", "nothing", "prf_00000000000000000000000000", "zzz_0", "opt_1", "msg_0'\\\"}"]
_SEARCHES = [
    "ann",
    "Ann Ar",
    "o brien",
    "ж",
    "ан",
    "小",
    "é",
    "x 1",
    "x 9",
    "12",
    "-",
    "!!!",
    "zo archer",
    "l",
    "иванов \u043e",
    " ",
]
_PRODUCT_SEARCHES = ["lamp", "LA", "85", "red 40", "cafe", "café c", "usb c", "x:", "кат", "\uff4c"]

_TEXTS: dict[str, Sequence[str]] = {
    "type": [*words.RELATION_TYPES, "no"],
    "types": [*words.EVENT_TYPES, "never"],
    "countries": [*words.COUNTRIES, "gb"],
    "currency": words.CURRENCIES,
    "source": [*words.SOURCES, "a:b"],
    "sku": words.SKUS,
    "namespace": ["", "shop", "crm", "web"],
}


class Pool:
    def __init__(self, world: World, cursors: Cursors) -> None:
        self._world = world
        self._cursors = cursors
        self._ids: dict[str, list[str]] = {}
        for identity in world.by_id:
            self._ids.setdefault(identity[:3], []).append(identity)
        self._merged = [each.id for each in world.people if each.merged_into or len(each.member_ids) > 1]
        self._lists: list[tuple[Order, Sequence[Any]]] = [
            (orders.IDENTIFIERS, world.identifiers),
            (orders.PEOPLE_OF_IDENTIFIER, world.people),
            (orders.RELATIONS, world.relations),
            (orders.SUBSCRIPTIONS, world.subscriptions),
            (orders.EVENTS, world.events),
            (orders.PURCHASES, world.purchases),
            (orders.MESSAGES, world.messages),
            (orders.MERGES, world.merges),
            (orders.LINES, [line for purchase in world.purchases for line in purchase.lines]),
            (orders.ATTEMPTS, world.attempts),
            (orders.RECEIPTS, world.receipts),
            (orders.REJECTS, [reject for job in world.jobs for reject in job.rejects]),
            (orders.CATEGORIES, world.categories),
            (orders.BLOCKED, world.blocked),
            (orders.RESOURCES, world.resources),
            (orders.TEMPLATES, world.templates),
            (orders.PRODUCTS, world.products),
            (orders.CONSENT, world.records),
            (orders.SUPPRESSIONS, world.suppressions),
            (
                orders.TIMELINE,
                [*world.events, *world.purchases, *world.messages, *world.records, *world.merges],
            ),
            *((order, world.people) for order in orders.PEOPLE.values()),
        ]

    def identity(self, dice: Dice, wanted: str) -> str:
        """The id of a thing that `wanted`, an input type or a field, may mean; now and then of another, or of none."""
        if dice.chance(0.05):
            return dice.pick(_NO_IDS)
        prefix = _OF_REFERENCE.get(wanted)
        if prefix is None or dice.chance(0.03):
            prefix = dice.pick(sorted(self._ids))
        if prefix == "prf" and dice.chance(0.5):
            return dice.pick(self._merged)
        return dice.pick(self._ids[prefix])

    def cursor(self, dice: Dice, fitting: Order | None) -> str:
        """A place in a list of this order; without one, of any list, or garbage."""
        if fitting is None and dice.chance(0.3):
            return dice.pick(["", "garbage", "=", "äöü", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a" * 2000])
        order, things = next(
            (each for each in self._lists if fitting is not None and each[0].name == fitting.name),
            dice.pick(self._lists),
        )
        place = order.place(dice.pick(things))
        return self._cursors.at(order.name, place.value, place.id)

    def text(self, dice: Dice, name: str, within: str) -> str:
        if name == "search":
            return dice.pick(_PRODUCT_SEARCHES) if within == "products" else dice.pick(self._searches(dice))
        if name == "keys" or (name == "key" and within in {"attribute", "AttributeCondition"}):
            return dice.pick([*words.ATTRIBUTE_TYPES, "no"])
        if name == "key":
            return dice.pick([*_KEYS.get(within, words.RESOURCE_KEYS), "no"])
        if name == "externalId":
            return dice.pick(self._world.purchases).external_id
        return dice.pick(_TEXTS.get(name, ["text", "", "ü"]))

    def instant(self, dice: Dice) -> str:
        text = instant_text(dice.pick(INSTANTS) + dice.pick([0, 0, 0, 1, -1]))
        # The same instant, with more digits than are kept, and seen from another zone.
        return dice.pick([text, text, text.replace("Z", "999+00:00"), text.replace("Z", "-00:00")])

    def decimal(self, dice: Dice) -> Any:
        return dice.pick(["2.55", "0", 12, "12.000000", "99999.99", "-2.55", 0])

    def json(self, dice: Dice) -> Any:
        return dice.pick([*self._attribute_values(dice.pick(sorted(words.ATTRIBUTE_TYPES))), *words.STRAY_VALUES])

    @staticmethod
    def _attribute_values(key: str) -> list[Any]:
        """What an attribute may be compared with: of TAGS each one."""
        values = words.ATTRIBUTE_VALUES[key]
        return [tag for each in values for tag in each] if words.ATTRIBUTE_TYPES[key] == "TAGS" else values

    def object(self, dice: Dice, name: str) -> Mapping[str, Any] | None:
        """A whole input object that names a thing; None where its members may be chosen one by one."""
        match name:
            case "IdentifierInput":
                return self._identifier(dice)
            case "ProductSkuInput":
                product = dice.pick(self._world.products)
                return self._keyed(dice, product.source, "sku", product.sku)
            case "PurchaseKeyInput":
                purchase = dice.pick(self._world.purchases)
                return self._keyed(dice, purchase.source, "externalId", purchase.external_id)
            case "AttributeCondition":
                return self._attribute(dice)
            case _:
                return None

    def _identifier(self, dice: Dice) -> dict[str, Any]:
        each = dice.pick(self._world.identifiers)
        kind, namespace, key = each.key.split(":", 2)
        spelled = each.value or key
        if kind == "EMAIL":
            spelled = dice.pick([spelled, spelled.upper().replace("EXAMPLE", "example"), f" {spelled}"])
        elif kind == "PHONE":
            spelled = dice.pick([spelled, f"{spelled[:3]} ({spelled[3:5]}) {spelled[5:8]}-{spelled[8:]}"])
        found: dict[str, Any] = {"type": Named(kind), "value": spelled}
        if namespace or dice.chance(0.3):
            found["namespace"] = namespace
        return found

    def _attribute(self, dice: Dice) -> dict[str, Any]:
        key = dice.pick([*words.ATTRIBUTE_TYPES, "no"])
        values = words.STRAY_VALUES if key == "no" else self._attribute_values(key)
        if dice.chance(0.25):
            values = words.STRAY_VALUES
        given: dict[str, Any] = {"key": key}
        for name in dice.apart(["equals", "over", "under", "in", "exists"], 2):
            if name == "exists":
                given[name] = dice.chance(0.5)
            else:
                given[name] = dice.some(values, 2) if name == "in" else dice.pick(values)
        return given

    @staticmethod
    def _keyed(dice: Dice, source: str, name: str, value: str) -> dict[str, Any]:
        return {name: value} if source == "default" and dice.chance(0.7) else {"source": source, name: value}

    def _searches(self, dice: Dice) -> list[str]:
        name = dice.pick(words.FIRST_NAMES + words.LAST_NAMES)
        identifier = dice.pick(self._world.identifiers)
        value = identifier.value or "home@"
        start = dice.number(0, len(value) - 1)
        key = dice.pick(sorted(words.ATTRIBUTE_TYPES))
        typed = str(dice.pick([*self._attribute_values(key), *words.STRAY_VALUES]))
        return [
            *[f"{key}:{typed}", f" {key}: {typed} ", f"no:{typed}", f"{key}:"],
            *_SEARCHES,
            *[name[:3], name, value[: start + 1], value[start:], f"({value[-4:]})", value.upper()],
        ]
