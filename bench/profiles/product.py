from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bench.profiles.people import NOW_MS, OPT_IN_MS, RESOURCE_KEY, WORDING, Line
from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.identifiers import identifier
from graph.importing.profiles import import_profiles
from graph.importing.row import ImportedProfile, ImportedSubscription, ImportTerms
from graph.subscribing.resource import ResourceReference
from graph.vocabulary import Channel, IdentifierType, RowOutcome

_RESOURCE = ResourceReference(key=RESOURCE_KEY)
_TERMS = ImportTerms(actor="bench", erased_key=b"k" * 32)
# As many as the gateway checks before it looks whether anybody else asks.
_AT_ONCE = 10
_OPT_IN = Evidence(OPT_IN_MS, wording=WORDING)


async def write(graph: Graph, lines: Sequence[Line]) -> None:
    """By the product: checked, matched, and answered row by row."""
    done = await import_profiles(graph, _rows(lines), None, NOW_MS, _TERMS)
    if any(row["outcome"] != RowOutcome.CREATED for row in done.result["rows"]):
        raise RuntimeError("not everybody was made")


async def _rows(lines: Sequence[Line]) -> AsyncIterator[ImportedProfile]:
    """Checked when their turn comes, and with a break for others, as the gateway does it."""
    for number, line in enumerate(lines):
        if number % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
        yield _row(number, line)


def _row(number: int, line: Line) -> ImportedProfile:
    email = identifier(IdentifierType.EMAIL, "", line.email)
    phone = identifier(IdentifierType.PHONE, "", line.phone)
    return ImportedProfile(
        number,
        (email, phone),
        {"firstName": line.first_name, "lastName": line.last_name},
        subscriptions=(
            ImportedSubscription(_RESOURCE, Channel.EMAIL, email, opt_in=_OPT_IN),
            ImportedSubscription(_RESOURCE, Channel.SMS, phone, opt_in=_OPT_IN),
        ),
    )
