"""Rows of a list, and what stands in the graph afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graph.connection import Graph
from graph.history.row import RowResult
from graph.identifiers import IdentifierValue
from graph.importing.profiles import import_profiles
from graph.importing.row import ImportedProfile, ImportedSubscription, ImportTerms
from graph.statement import Statement
from graph.vocabulary import Channel, IdentifierType, RowOutcome, SubscriptionStatus, UserErrorCode
from tests.graph.subscribing.shop import NOW, SHOP, card, email

TERMS = ImportTerms(actor="test")
_CHANNELS = {
    IdentifierType.EMAIL: Channel.EMAIL,
    IdentifierType.PHONE: Channel.SMS,
    IdentifierType.PUSH_TOKEN: Channel.MOBILE_PUSH,
}
# All of the graph, without what names itself anew each time.
EVERYTHING = Statement(
    "everything",
    """
    MATCH (n) WHERE NOT n:SchemaVersion AND NOT n:MigrationLock
    WITH labels(n) AS kinds, COUNT { (n)--() } AS degree, COLLECT {
        UNWIND keys(n) AS key WITH key ORDER BY key
        RETURN key + '=' + CASE
            WHEN n[key] IS :: LIST<STRING NOT NULL> THEN reduce(text = '', each IN n[key] | text + ' ' + each)
            ELSE toString(n[key]) END } AS values
    ORDER BY values
    RETURN collect([kinds, values, degree])
    """,
)


def at(address: IdentifierValue, status: str = "SUBSCRIBED", **more: Any) -> ImportedSubscription:
    given = {"resource": SHOP, "channel": _CHANNELS[address.type], **more}
    return ImportedSubscription(address=address, status=SubscriptionStatus(status), **given)


def row(name: str, *subscriptions: ImportedSubscription, index: int = 0, **more: Any) -> ImportedProfile:
    """Somebody with a card and an address of this name."""
    given = {"identifiers": (card(name), email(name)), **more}
    return ImportedProfile(index=index, subscriptions=subscriptions, **given)


async def imported(
    graph: Graph, *rows: ImportedProfile, terms: ImportTerms = TERMS, now_ms: int = NOW
) -> list[RowResult]:
    done = await import_profiles(graph, rows, None, now_ms, terms)
    return [RowResult.from_json(each) for each in done.result["rows"]]


def outcomes(results: Sequence[RowResult]) -> list[RowOutcome]:
    return [each.outcome for each in results]


def errors(results: Sequence[RowResult]) -> list[list[tuple[UserErrorCode, tuple[str, ...] | None]]]:
    return [[(error.code, error.field) for error in each.user_errors] for each in results]
