"""The fields of Query: plain resolvers over the world in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.oracle import attributes, orders, searching, words
from tests.oracle.asking import Info, Resolver, asking, refusal
from tests.oracle.filtering import during, is_resource, keeps
from tests.oracle.paging import Page, page
from tests.oracle.world import Identifier, Message, Person, Thing


def _node(_root: Any, info: Info, **arguments: Any) -> Thing | None:
    return _found(info, arguments["id"])


def _nodes(_root: Any, info: Info, ids: list[str]) -> list[Thing | None]:
    return [_found(info, each) for each in ids]


def _found(info: Info, identity: str) -> Thing | None:
    world = asking(info).world
    found = world.by_id.get(identity)
    return world.survivor(found) if isinstance(found, Person) else found


def _of_type(info: Info, typename: str, identity: str) -> Thing | None:
    found = _found(info, identity)
    return found if found is not None and found.typename == typename else None


def _profile(_root: Any, info: Info, by: dict[str, Any]) -> Person | None:
    world = asking(info).world
    if "id" in by:
        return world.person(by["id"])
    identifier = _by_value(info, by["identifier"])
    people = {world.survivor(each).id: world.survivor(each) for each in identifier.people} if identifier else {}
    if len(people) > 1:
        raise refusal("AMBIGUOUS_MATCH", "several people")
    return next(iter(people.values()), None)


def _by_value(info: Info, given: dict[str, Any]) -> Identifier | None:
    """Identifiers have one spelling: without blanks around, e-mail in small letters, phones as digits behind a +."""
    kind, namespace, value = given["type"], given["namespace"], given["value"].strip()
    if kind == "EMAIL":
        value = value.lower()
    if kind == "PHONE":
        value = "".join(each for each in value if each not in " -()")
    found: Identifier | None = _first(asking(info).world.identifiers, "key", f"{kind}:{namespace}:{value}")
    return found


def _first(things: Iterable[Any], name: str, value: str) -> Any:
    return next((each for each in things if getattr(each, name) == value), None)


def _identifier(_root: Any, info: Info, by: dict[str, Any]) -> Identifier | None:
    return _by_value(info, by)


def _resource(_root: Any, info: Info, by: dict[str, Any]) -> Any:
    return next((each for each in asking(info).world.resources if is_resource(each, by)), None)


def _product(_root: Any, info: Info, by: dict[str, Any]) -> Any:
    if "id" in by:
        return _of_type(info, "Product", by["id"])
    return _first(asking(info).world.products, "source_key", _source_key(by["sku"], "sku"))


def _purchase(_root: Any, info: Info, by: dict[str, Any]) -> Any:
    if "id" in by:
        return _of_type(info, "Purchase", by["id"])
    return _first(asking(info).world.purchases, "source_key", _source_key(by["external"], "externalId"))


def _source_key(given: dict[str, str], name: str) -> str:
    # A source with a colon could make two different pairs one, so there is none.
    return f"{given['source'] or 'default'}:{given[name]}" if ":" not in given["source"] else ""


def _message(_root: Any, info: Info, **arguments: Any) -> Any:
    return _of_type(info, "Message", arguments["id"])


def _job(_root: Any, info: Info, **arguments: Any) -> Any:
    return _of_type(info, "Job", arguments["id"])


def _profiles(_root: Any, info: Info, **arguments: Any) -> Page:
    search, given = arguments.get("search"), arguments.get("filter")
    by = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "DESC"}
    order = orders.PEOPLE[by["field"]].towards(by["direction"])
    remaining = [each for each in asking(info).world.people if each.merged_into is None]
    asked_for = None if search is None else attributes.searched(search)
    if asked_for is not None:
        return page(
            info,
            remaining,
            order,
            arguments,
            lambda each: attributes.is_found(each, *asked_for) and (given is None or keeps(info, each, given)),
        )
    if search is not None:
        found = [each for each in remaining if searching.finds_person(search, each)]
        return page(info, [each for each in found if given is None or keeps(info, each, given)], order, arguments)
    if given is None:
        return page(info, remaining, order, arguments)
    return page(info, remaining, order, arguments, lambda each: keeps(info, each, given))


def _blocked(_root: Any, info: Info, **arguments: Any) -> Page:
    return page(info, asking(info).world.blocked, orders.BLOCKED, arguments)


def _resources(_root: Any, info: Info, **arguments: Any) -> Page:
    return page(info, asking(info).world.resources, orders.RESOURCES, arguments)


def _products(_root: Any, info: Info, **arguments: Any) -> Page:
    search, products = arguments.get("search"), asking(info).world.products
    if search is not None:
        products = [each for each in products if searching.finds_product(search, each)]
    return page(info, products, orders.PRODUCTS, arguments)


def _messages(_root: Any, info: Info, **arguments: Any) -> Page:
    given, messages = arguments.get("filter"), asking(info).world.messages
    if given is None:
        return page(info, messages, orders.MESSAGES, arguments)

    def lies_in(message: Message) -> bool:
        is_of_these = given.get("states") is None or message.state in given["states"]
        return is_of_these and during(message.created_at, given.get("during"))

    if all(given.get(name) is None for name in ("channel", "resource")):
        return page(info, messages, orders.MESSAGES, arguments, lies_in=lies_in)
    return page(info, messages, orders.MESSAGES, arguments, lambda each: _wanted(each, given), lies_in)


def _template(_root: Any, info: Info, by: dict[str, Any]) -> Any:
    if "id" in by:
        return _of_type(info, "Template", by["id"])
    return _first(asking(info).world.templates, "key", by["key"])


def _templates(_root: Any, info: Info, **arguments: Any) -> Page:
    return page(info, asking(info).world.templates, orders.TEMPLATES, arguments)


def _suppressions(_root: Any, info: Info, **arguments: Any) -> Page:
    return page(info, asking(info).world.suppressions, orders.SUPPRESSIONS, arguments)


def _wanted(message: Message, given: dict[str, Any]) -> bool:
    channel, resource = given.get("channel"), given.get("resource")
    way = message.subscription
    return channel in {None, message.channel} and (
        resource is None or (way is not None and is_resource(way.resource, resource))
    )


def _definitions(_root: Any, _info: Info) -> list[dict[str, Any]]:
    return [
        {"key": key, "type": kind, "values": words.TIERS if kind == "ENUM" else None, "indexed": False}
        for key, kind in sorted(words.ATTRIBUTE_TYPES.items())
    ]


def _viewer(_root: Any, info: Info) -> dict[str, Any]:
    return {"kind": "API_KEY", "scopes": sorted(asking(info).scopes)}


ROOTS: dict[str, Resolver] = {
    "node": _node,
    "nodes": _nodes,
    "profile": _profile,
    "profiles": _profiles,
    "identifier": _identifier,
    "resource": _resource,
    "blockedIdentifiers": _blocked,
    "resources": _resources,
    "product": _product,
    "products": _products,
    "purchase": _purchase,
    "message": _message,
    "messages": _messages,
    "job": _job,
    "attributeDefinitions": _definitions,
    "suppressions": _suppressions,
    "template": _template,
    "templates": _templates,
    "viewer": _viewer,
}
