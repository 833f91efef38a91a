"""What people write back, and that they left us at a provider: from a provider's call into the graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from graph.connection import Graph, Transaction
from graph.consent.evidence import Evidence
from graph.idempotency import Done, once
from graph.identifiers import IdentifierValue, identifier
from graph.inbound.arrival import Arrival, arrive
from graph.inbound.departure import Departure
from graph.inbound.inbound import Inbound
from graph.inbound.keywords import Keyword, bare, keyword
from graph.inbound.place import Origin, Place, Seat
from graph.inbound.stopping import AT_PROVIDER, BY_WORD, Refusing, lock_seats, start, stop
from graph.inbound.told import properties
from graph.receipts.receipt import ReceiptSource

RECEIVED: Final = "message.received"
LEFT: Final = "channel.left"


async def take_inbound(
    graph: Graph, source: ReceiptSource, inbound: Inbound, now_ms: int, erased_key: bytes | None = None
) -> Done:
    """Writes what somebody wrote as an event of theirs, and does what it says if it is a word to stop or to start.

    Twice is as good as once, by the provider's id of it. Whoever is not known by this address becomes a person; of
    several who share it `writer_at` says whose it is. The address is not verified by this: senders can be forged.

    STOP ends every subscription at this address on this channel: at the resource of the answered message, else at each
    of whose words it is one. START opens again only what a STOP had ended, as `start` says. The result holds `eventId`,
    `ended` and `opened` (ids of subscriptions). There is no event, and nothing is opened, for a value that stands for
    nobody and for what was written before its person was erased; what cannot be an address changes nothing.
    Raises GraphError where nothing is certain: the provider then has to say it again.
    """
    address = _address(inbound)
    if address is None:
        return _nothing()

    origin = Origin(address, source, inbound.event_id, inbound.at_ms, inbound.reply_to, inbound.message_id)

    async def work(transaction: Transaction) -> Done:
        return await take_inbound_in(transaction, origin, inbound, now_ms, erased_key)

    return await once(graph, None, now_ms, work)


async def take_inbound_in(
    transaction: Transaction, origin: Origin, inbound: Inbound, now_ms: int, erased_key: bytes | None = None
) -> Done:
    """The same inside a transaction that has locked nothing yet."""
    arrival = await arrive(transaction, origin, now_ms, erased_key)
    if arrival.is_known:
        return await _left_alone(arrival)
    told = properties(
        inbound.text,
        inbound.name,
        channel=origin.source.channel.value,
        subscription=arrival.writer.subscription_id,
        addressShared=True if arrival.writer.is_of_several else None,
    )
    event_id = await arrival.write_event(RECEIVED, told)
    stopped, started = _heard(inbound.text, arrival.place)
    if not stopped and not started:
        return await _done(arrival, event_id)
    await lock_seats(transaction, [seat.id for seat in (*stopped, *started)])
    said = Evidence(arrival.at_ms, source=origin.source_name, wording=bare(inbound.text))
    answered = arrival.place.answered
    message_id = None if answered is None else answered.id
    ended = await stop(transaction, stopped, Refusing(BY_WORD, said), message_id, now_ms)
    # Without its event it would be taken again when it is told again, then perhaps after a later no.
    opened = await start(transaction, [seat.id for seat in started], said, now_ms) if event_id else []
    return await _done(arrival, event_id, ended.changed, opened, ended.recorded)


async def take_departure(
    graph: Graph, source: ReceiptSource, departure: Departure, now_ms: int, erased_key: bytes | None = None
) -> Done:
    """Ends every subscription at this address on this channel, at all resources, as a STOP would.

    Whoever has the address gets an event, and nobody is made for it. Twice is as good as once. The result and what is
    raised are those of `take_inbound`.
    """
    address = _address(departure)
    if address is None:
        return _nothing()

    origin = Origin(address, source, departure.event_id, departure.at_ms)

    async def work(transaction: Transaction) -> Done:
        return await take_departure_in(transaction, origin, departure, now_ms, erased_key)

    return await once(graph, None, now_ms, work)


async def take_departure_in(
    transaction: Transaction, origin: Origin, departure: Departure, now_ms: int, erased_key: bytes | None = None
) -> Done:
    """The same inside a transaction that has locked nothing yet."""
    arrival = await arrive(transaction, origin, now_ms, erased_key)
    if arrival.is_known:
        return await _left_alone(arrival)
    event_id = await arrival.write_event(LEFT, {"channel": origin.source.channel.value}, make_person=False)
    seats = arrival.place.seats
    await lock_seats(transaction, [seat.id for seat in seats])
    how = BY_WORD if departure.by_word else AT_PROVIDER
    refusing = Refusing(how, Evidence(arrival.at_ms, source=origin.source_name))
    ended = await stop(transaction, seats, refusing, None, now_ms)
    return await _done(arrival, event_id, ended.changed, (), ended.recorded)


def _heard(text: str, place: Place) -> tuple[list[Seat], list[Seat]]:
    """Which subscriptions it stops, also archived ones, as they may come back, and which it starts."""
    answered = place.answered
    resource_id = None if answered is None else answered.resource_id
    concerned = [seat for seat in place.seats if resource_id is None or seat.resource_id == resource_id]
    heard = {seat.id: keyword(text, seat.stop_words, seat.start_words) for seat in concerned}
    stopped = [seat for seat in concerned if heard[seat.id] is Keyword.STOP]
    started = [seat for seat in concerned if heard[seat.id] is Keyword.START and seat.is_listed]
    return stopped, started


async def _left_alone(arrival: Arrival) -> Done:
    await arrival.resolution.write(arrival.transaction)
    return _nothing()


async def _done(
    arrival: Arrival,
    event_id: str | None,
    ended: Iterable[str] = (),
    opened: Iterable[str] = (),
    recorded: Iterable[str] = (),
) -> Done:
    """`recorded` are the subscriptions of which the ledger tells anything new, beside those that were opened."""
    owners = {seat.id: seat.owner_id for seat in arrival.place.seats}
    changes = await arrival.touched({owners[id_] for id_ in (*recorded, *opened)})
    return Done({"eventId": event_id, "ended": list(ended), "opened": list(opened)}, changes)


def _nothing() -> Done:
    return Done({"eventId": None, "ended": [], "opened": []})


def _address(said: Inbound | Departure) -> IdentifierValue | None:
    try:
        return identifier(said.type, said.namespace, said.value)
    except ValueError:
        return None
