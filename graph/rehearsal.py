from __future__ import annotations

from dataclasses import replace
from datetime import date

from graph.connection import Graph, Transaction
from graph.errors import GraphError
from graph.history.events import NewEvent, track_events_in
from graph.history.product import ProductKey, ProductReference
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases_in
from graph.identifiers import IdentifierValue, identifier
from graph.ids import IdPrefix, new_id
from graph.merging.merge import Decision, MergeRule, merge_in
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_in
from graph.people.reference import ProfileReference
from graph.people.upsert import FieldValue, UpsertProfile, upsert_in
from graph.sending.send import EmailContent, SendMessage, send_in
from graph.subscribing.resource import (
    CategoryReference,
    CreateResource,
    NewCategory,
    ResourceReference,
    create_resource_in,
)
from graph.subscribing.subscribe import Subscribe, subscribe_in
from graph.subscribing.unsubscribe import Unsubscribe, unsubscribe_in
from graph.vocabulary import Channel, IdentifierType, PurchaseKind, PurchaseLineStatus, PurchaseStatus

# Some forty statements that a cold server plans at 40 to 200 ms each, or several times that while it is busy.
_TIMEOUT_MS = 60_000
_ONE = 1_000_000


async def rehearse_writes(graph: Graph, now_ms: int) -> None:
    """Runs every mutation once in a transaction that is then undone, so that no caller waits for a first plan.

    EXPLAIN would not do: the server keeps plans by the types of the parameters too. Nothing is left behind, and the
    values are random, so that two processes never wait for each other.
    """

    async def work(transaction: Transaction) -> None:
        await _all(transaction, now_ms)
        raise _Undo

    try:
        await graph.write(work, _TIMEOUT_MS)
    except _Undo:
        return


class _Undo(GraphError):
    pass


async def _all(transaction: Transaction, now_ms: int) -> None:
    # The id of something that will never be: random, and of a form that every check accepts.
    name = new_id(IdPrefix.PROFILE)
    card = identifier(IdentifierType.EXTERNAL, "rehearsal", name)
    address = identifier(IdentifierType.EMAIL, "", f"{name}@rehearsal.example")
    fields: dict[str, FieldValue] = {"firstName": name, "birthDate": date(2000, 1, 1)}
    person = await upsert_in(transaction, UpsertProfile((card, address), fields), now_ms)
    profile = ProfileReference(id=str(person.result["profileId"]))
    resource, category = ResourceReference(key=name), CategoryReference(key="news")
    command = CreateResource(name, name, (Channel.EMAIL,), address.value, categories=(NewCategory("news", name),))
    await create_resource_in(transaction, command, now_ms)
    joined = Subscribe(profile, resource, Channel.EMAIL, address, actor=name, categories=(category,))
    subscription = await subscribe_in(transaction, joined, now_ms)
    content = EmailContent(name, name, None)
    await send_in(transaction, SendMessage(profile, resource, content, category=category), now_ms)
    product = ProductKey(name, name)
    event = NewEvent(0, name, name, (card,), "rehearsal", now_ms, _ONE, {}, (ProductReference(key=product),))
    await track_events_in(transaction, [event], now_ms)
    line = PurchaseLine(product, name, 1, _ONE, PurchaseLineStatus.NEW)
    purchase = NewPurchase(
        index=0,
        source=name,
        external_id=name,
        identifiers=(card,),
        kind=PurchaseKind.SALE,
        status=PurchaseStatus.NEW,
        placed_at_ms=now_ms,
        changed_at_ms=now_ms,
        currency="GBP",
        total_micros=_ONE,
        delivery_micros=0,
        discount_micros=0,
        lines=(line,),
    )
    await record_purchases_in(transaction, [purchase], now_ms)
    await unsubscribe_in(transaction, Unsubscribe(str(subscription.result["subscriptionId"]), name), now_ms)
    await _merge_and_split(transaction, name, address, joined, now_ms)


async def _merge_and_split(
    transaction: Transaction, name: str, shared: IdentifierValue, joined: Subscribe, now_ms: int
) -> None:
    card = identifier(IdentifierType.EXTERNAL, "rehearsal", f"{name}-2")
    other = await upsert_in(transaction, UpsertProfile((card, shared), {"city": name}), now_ms)
    other_id, person_id = str(other.result["profileId"]), str(joined.profile.id)
    await subscribe_in(transaction, replace(joined, profile=ProfileReference(id=other_id)), now_ms)
    decision, settings = Decision(MergeRule.MANUAL, name, name), MergeSettings()
    merged = await merge_in(transaction, other_id, person_id, decision, settings, now_ms)
    await split_in(transaction, SplitProfiles(merged.merge_id, name), settings, now_ms)
