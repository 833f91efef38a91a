from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graph.connection import Graph
from graph.errors import Refusal, UserError
from graph.exporting.values import JsonObject, attribute_keys, instant, shown, shown_person
from graph.money import decimal_from_micros
from graph.people.reference import ProfileReference, found_person
from graph.statement import Statement
from graph.statements import erasing
from graph.statements import exporting as statements
from graph.statements.attributes import DEFINITIONS
from graph.vocabulary import UserErrorCode

# One statement stays short, and so does what is held of a history of any length.
_PAGE: Final = 500
_BEFORE_ALL_TIMES: Final = -(2**45)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the document: what stands under `name`, or more entries of the list under it."""

    name: str
    value: JsonObject | list[JsonObject]


async def export_parts(graph: Graph, reference: ProfileReference) -> AsyncIterator[Part]:
    """Everything that is known of one person, with all who were merged into them, part by part.

    A history comes in several parts of the same name, oldest first, so that one of any length fits. It is read as it
    is at that moment: what is written meanwhile may be missing. Raises Refusal NOT_FOUND or AMBIGUOUS_MATCH.
    """
    profile_id = await found_person(graph.read, reference, "profile")
    ids: list[str] = await graph.read(erasing.FAMILY, id=profile_id)
    people = await graph.read(statements.PEOPLE, ids=ids)
    definitions = await graph.read(DEFINITIONS, keys=sorted({key for each in people for key in attribute_keys(each)}))
    types = {key: kind for key, kind, _ in definitions}
    everybody = [shown_person(each, types) for each in people]
    yield Part("profile", everybody[0])
    yield Part("mergedProfiles", everybody[1:])
    for name, statement, entry in _LISTS:
        yield Part(name, [entry(row) for row in await graph.read(statement, ids=ids)])
    for name, statement, entry in _HISTORIES:
        yield Part(name, [])
        for member in ids:
            async for page in _pages(graph, statement, member):
                yield Part(name, [entry(row) for row in page])


async def export_document(graph: Graph, reference: ProfileReference, most: int) -> JsonObject:
    """The parts in one object. Raises Refusal as `export_parts`, and LIMIT_EXCEEDED beyond `most` entries in all."""
    document: JsonObject = {}
    entries = 0
    async for part in export_parts(graph, reference):
        if isinstance(part.value, list):
            entries += len(part.value)
            document[part.name] = [*document.get(part.name, ()), *part.value]
        else:
            document[part.name] = part.value
        if entries > most:
            message = f"There are more than {most:,} entries: `customer-graph export` writes a file of any length."
            raise Refusal(UserError(UserErrorCode.LIMIT_EXCEEDED, message, ("profile",)))
    return document


async def _pages(graph: Graph, statement: Statement, profile_id: str) -> AsyncIterator[Sequence[Any]]:
    at, after = _BEFORE_ALL_TIMES, ""
    while True:
        page = await graph.read(statement, id=profile_id, at=at, after=after, limit=_PAGE)
        if page:
            yield page
        if len(page) < _PAGE:
            return
        at, after = page[-1][0], page[-1][1]


def _identifier(row: Sequence[Any]) -> JsonObject:
    return {**shown(row[0]), "link": shown(row[1])}


def _suppression(row: Sequence[Any]) -> JsonObject:
    return {**shown(row[0]), "identifierId": row[1]}


def _subscription(row: Sequence[Any]) -> JsonObject:
    properties, profile_id, is_current, resource, identifier_id, said = row
    return {
        **shown(properties),
        "profileId": profile_id,
        "isCurrent": is_current,
        "resource": resource,
        "identifierId": identifier_id,
        "categories": [{"category": key, "joined": joined, "at": instant(at)} for key, joined, at in said],
    }


def _relation(row: Sequence[Any]) -> JsonObject:
    return {**shown(row[0]), "from": row[1], "to": row[2]}


def _merge(row: Sequence[Any]) -> JsonObject:
    return {**shown(row[0]), "from": row[1], "into": row[2]}


def _event(row: Sequence[Any]) -> JsonObject:
    return {**shown(row[2]), "products": [{"source": source, "sku": sku} for source, sku in row[3]]}


def _purchase(row: Sequence[Any]) -> JsonObject:
    return {**shown(row[2]), "lines": [_line(*line) for line in row[3]]}


def _line(position: int, source: str, sku: str, quantity: int, unit_price: int, total: int, *status: str) -> JsonObject:
    return {
        "position": position,
        "product": {"source": source, "sku": sku},
        "quantity": quantity,
        "unitPrice": decimal_from_micros(unit_price),
        "total": decimal_from_micros(total),
        "status": status[0],
    }


def _message(row: Sequence[Any]) -> JsonObject:
    return {**shown(row[2]), "log": [{"kind": label, **shown(properties)} for label, properties in row[3]]}


Entry = Callable[[Any], JsonObject]
_LISTS: Final[Sequence[tuple[str, Statement, Entry]]] = (
    ("identifiers", statements.IDENTIFIERS, _identifier),
    ("suppressions", statements.SUPPRESSIONS, _suppression),
    ("subscriptions", statements.SUBSCRIPTIONS, _subscription),
    ("optOuts", statements.OPT_OUTS, shown),
    ("relations", statements.RELATIONS, _relation),
    ("merges", statements.MERGES, _merge),
    ("consent", statements.LEDGER, shown),
)
_HISTORIES: Final[Sequence[tuple[str, Statement, Entry]]] = (
    ("events", statements.EVENTS, _event),
    ("purchases", statements.PURCHASES, _purchase),
    ("messages", statements.MESSAGES, _message),
)
