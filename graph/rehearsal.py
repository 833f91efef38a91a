from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from graph.connection import Graph, Transaction
from graph.consent.evidence import Evidence
from graph.consent.profile_status import SetProfileStatus, set_profile_status_in
from graph.consent.suppression import Suppress, SuppressionTarget, Unsuppress, suppress_in, unsuppress_in
from graph.errors import GraphError
from graph.history.events import NewEvent, track_events_in
from graph.history.product import ProductKey, ProductReference
from graph.history.purchases import NewPurchase, PurchaseLine, record_purchases_in
from graph.history.row import refused
from graph.identifiers import IdentifierValue, identifier
from graph.identifying.blocking import BlockPlaceholder, block_placeholder_in, unblock_placeholder_in
from graph.identifying.placeholders import blocked_value
from graph.ids import IdPrefix, new_id
from graph.importing.job import NewJob, start_job_in
from graph.importing.profiles import import_profiles_in
from graph.importing.row import ImportedProfile, ImportedSubscription, ImportTerms
from graph.inbound.inbound import Inbound
from graph.inbound.place import Origin
from graph.inbound.take import take_inbound_in
from graph.merging.merge import Decision, MergeRule, merge_in
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_in
from graph.outbox.cancelling import cancel_outreach_in
from graph.outbox.requeueing import requeue_messages_in
from graph.people.add_identifier import AddIdentifier, add_identifier_in
from graph.people.attribute_change import AttributeChange, AttributeOperation
from graph.people.attribute_definition import AttributeDefinition, define_attribute_in
from graph.people.facts import Facts, FieldValue
from graph.people.identify import Identify, identify_in
from graph.people.reference import ProfileReference
from graph.people.relation import Relation, relate_in, unrelate_in
from graph.people.remove_identifier import RemoveIdentifier, remove_identifier_in
from graph.people.sign_out import SignOutDevice, sign_out_device_in
from graph.people.tracked import Device
from graph.people.update import UpdateProfile, update_in
from graph.people.upsert import UpsertProfile, upsert_in
from graph.people.verify_identifier import VerifyIdentifier, verify_identifier_in
from graph.receipts.receipt import ReceiptSource
from graph.sending.content import Content, EmailContent
from graph.sending.send import SendMessage, send_in
from graph.subscribing.archive import Archive, Restore, archive_in, restore_in
from graph.subscribing.confirm import Confirm, confirm_in
from graph.subscribing.confirmations import Confirmation
from graph.subscribing.join import JoinCategory, join_category_in
from graph.subscribing.leave_by_link import leave_by_link_in
from graph.subscribing.leave_links import LeaveLink
from graph.subscribing.replace_address import ReplaceAddress, replace_address_in
from graph.subscribing.resource import (
    CategoryReference,
    CreateResource,
    NewCategory,
    ResourceReference,
    create_resource_in,
)
from graph.subscribing.set_priority import SetPriority, set_priority_in
from graph.subscribing.set_status import SetStatus, set_status_in
from graph.subscribing.subscribe import Subscribe, subscribe_in
from graph.subscribing.suspend import Resume, Suspend, resume_in, suspend_in
from graph.subscribing.unsubscribe import (
    AtResource,
    Everything,
    OfMessage,
    OnChannel,
    OneCategory,
    OneSubscription,
    Target,
    Unsubscribe,
    unsubscribe_in,
)
from graph.templates.chosen import TemplateChoice
from graph.templates.template import (
    Checked,
    CreateTemplate,
    UpdateTemplate,
    archive_template_in,
    create_template_in,
    update_template_in,
)
from graph.vocabulary import (
    AttributeType,
    Channel,
    ConfirmationMode,
    IdentifierType,
    ImportFormat,
    PurchaseKind,
    PurchaseLineStatus,
    PurchaseStatus,
    SubscriptionStatus,
    UserErrorCode,
)

# Some forty statements that a cold server plans at 40 to 200 ms each, or several times that while it is busy.
_TIMEOUT_MS = 60_000
_ONE = 1_000_000
_ACTOR = "rehearsal"


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
    other = identifier(IdentifierType.EXTERNAL, "rehearsal", new_id(IdPrefix.PROFILE))
    address = identifier(IdentifierType.EMAIL, "", f"{name}@rehearsal.example")
    fields: dict[str, FieldValue] = {"firstName": name, "birthDate": date(2000, 1, 1)}
    # No key of a caller has a capital letter.
    definition = AttributeDefinition(name, AttributeType.ENUM, (name,))
    await define_attribute_in(transaction, definition, now_ms)
    person = await upsert_in(transaction, UpsertProfile((card, address), fields), now_ms)
    profile = ProfileReference(id=str(person.result["profileId"]))
    attributes = (AttributeChange(AttributeOperation.SET, name, name),)
    await update_in(transaction, UpdateProfile(profile, fields={}, attributes=attributes), now_ms)
    friend = await upsert_in(transaction, UpsertProfile((other,), {}), now_ms)
    relation = Relation(profile, ProfileReference(id=str(friend.result["profileId"])), "rehearsal")
    for properties in ({}, {"of": name}):
        await relate_in(transaction, relation, properties, now_ms)
    await unrelate_in(transaction, relation, now_ms)
    resource, category = ResourceReference(key=name), CategoryReference(key="news")
    command = CreateResource(
        name, name, (Channel.EMAIL, Channel.MOBILE_PUSH), address.value, categories=(NewCategory("news", name),)
    )
    await create_resource_in(transaction, command, now_ms)
    joined = Subscribe(profile, resource, Channel.EMAIL, address, actor=name, categories=(category,))
    subscription = await subscribe_in(transaction, joined, now_ms)
    content = Content(EmailContent(name, name, None))
    sent = await send_in(transaction, SendMessage(profile, resource, content, category=category), now_ms)
    await _templates(transaction, content, SendMessage(profile, resource, content, category=category), now_ms)
    product = ProductKey(name, name)
    event = NewEvent(
        index=0,
        source=name,
        external_id=name,
        identifiers=(card,),
        type="rehearsal",
        occurred_at_ms=now_ms,
        value_micros=_ONE,
        products=(ProductReference(key=product),),
        facts=Facts({"city": name}),
        device=Device(timezone=name),
    )
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
    await _identify(transaction, profile, name, now_ms)
    await _import(transaction, name, resource, now_ms)
    subscription_id = str(subscription.result["subscriptionId"])
    await _change_subscription(transaction, subscription_id, joined, now_ms)
    await _merge_and_split(transaction, name, address, joined, now_ms)
    targets = (
        OneCategory(subscription_id, category),
        OfMessage(str(sent.result["messageId"])),
        OneSubscription(subscription_id),
        AtResource(profile, resource),
        OnChannel(profile, Channel.EMAIL),
        Everything(profile),
    )
    await cancel_outreach_in(transaction, str(sent.result["outreachId"]), now_ms)
    await requeue_messages_in(transaction, [str(sent.result["messageId"])], now_ms)
    await _leave(transaction, profile, targets, now_ms)
    await leave_by_link_in(transaction, LeaveLink("idn_none", "res_none", "msg_none"), now_ms)
    await _take_inbound(transaction, name, now_ms)
    await _suppress(transaction, address, now_ms)


async def _templates(transaction: Transaction, content: Content, message: SendMessage, now_ms: int) -> None:
    name = str(message.profile.id)
    checked = Checked(content, frozenset({name}))
    created = await create_template_in(transaction, CreateTemplate(name, name, checked), now_ms)
    template_id = str(created.result["templateId"])
    await update_template_in(transaction, UpdateTemplate(template_id, name, checked), now_ms)
    choice = TemplateChoice(template_id, {name: name})
    await send_in(transaction, replace(message, content=choice), now_ms)
    await archive_template_in(transaction, template_id, now_ms)


async def _identify(transaction: Transaction, profile: ProfileReference, name: str, now_ms: int) -> None:
    handle = identifier(IdentifierType.CUSTOM, "rehearsal", name)
    await add_identifier_in(transaction, AddIdentifier(profile, handle), now_ms)
    await verify_identifier_in(transaction, VerifyIdentifier(profile, handle, Evidence(now_ms), name), now_ms)
    blocked = await block_placeholder_in(
        transaction, BlockPlaceholder(blocked_value(IdentifierType.CUSTOM, name), name), now_ms
    )
    await remove_identifier_in(transaction, RemoveIdentifier(profile, handle), now_ms)
    cookie = identifier(IdentifierType.COOKIE, "rehearsal", name)
    await upsert_in(transaction, UpsertProfile((cookie,), {}), now_ms)
    await identify_in(transaction, Identify((cookie,), profile, name), MergeSettings(), now_ms)
    await sign_out_device_in(transaction, SignOutDevice(profile, (cookie,), name), now_ms)
    await unblock_placeholder_in(transaction, str(blocked.result["blockedIdentifierId"]))


async def _import(transaction: Transaction, name: str, resource: ResourceReference, now_ms: int) -> None:
    card = identifier(IdentifierType.EXTERNAL, "rehearsal", f"{name}-3")
    address = identifier(IdentifierType.EMAIL, "", f"{name}-3@rehearsal.example")
    terms = ImportTerms(_ACTOR, erased_key=name.encode())
    for status in (SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.UNSUBSCRIBED):
        subscription = ImportedSubscription(resource, Channel.EMAIL, address, status)
        row = ImportedProfile(0, (card,), {"city": name}, status=status, subscriptions=(subscription,))
        await import_profiles_in(transaction, [row], terms, now_ms)
    wrong = refused(1, UserErrorCode.INVALID, name)
    await start_job_in(transaction, NewJob(ImportFormat.JSONL, [row], [wrong], terms), now_ms)


async def _leave(transaction: Transaction, profile: ProfileReference, targets: Sequence[Target], now_ms: int) -> None:
    for target in targets:
        await unsubscribe_in(transaction, Unsubscribe(target, _ACTOR), now_ms)
    status = SetProfileStatus(profile, SubscriptionStatus.COMPLAINED, _ACTOR)
    await set_profile_status_in(transaction, status, now_ms)


async def _take_inbound(transaction: Transaction, name: str, now_ms: int) -> None:
    """By somebody who is nobody yet, then by somebody who stops and starts again."""
    resource, source = ResourceReference(key=name), ReceiptSource(Channel.EMAIL, "rehearsal")
    address = identifier(IdentifierType.EMAIL, "", f"inbound-{name}@rehearsal.example")
    for number, text in enumerate(("hello", "stop", "start")):
        said = Inbound(f"{name}-{number}", now_ms + number, address.type, address.value, text)
        origin = Origin(address, source, said.event_id, said.at_ms, name, name)
        await take_inbound_in(transaction, origin, said, now_ms + number, name.encode())
        if not number:
            person = ProfileReference(identifier=address)
            await subscribe_in(transaction, Subscribe(person, resource, Channel.EMAIL, address, name), now_ms)


async def _suppress(transaction: Transaction, address: IdentifierValue, now_ms: int) -> None:
    command = Suppress(SuppressionTarget(address=address), _ACTOR)
    suppression = await suppress_in(transaction, command, now_ms)
    await unsuppress_in(transaction, Unsuppress(str(suppression.result["suppressionId"])), now_ms)


async def _change_subscription(transaction: Transaction, subscription_id: str, joined: Subscribe, now_ms: int) -> None:
    actor = joined.actor
    token = identifier(IdentifierType.PUSH_TOKEN, "rehearsal", actor)
    on_push = replace(joined, channel=Channel.MOBILE_PUSH, address=token, confirmation=ConfirmationMode.REQUIRED)
    asked = (await subscribe_in(transaction, on_push, now_ms)).result
    confirmation = Confirmation(str(asked["subscriptionId"]), str(asked["unconfirmedId"]), now_ms + 1)
    await confirm_in(transaction, Confirm(confirmation, actor), now_ms)
    await join_category_in(transaction, JoinCategory(subscription_id, joined.categories[0], actor), now_ms)
    other = identifier(IdentifierType.EMAIL, "", f"other-{joined.address.value}")
    await replace_address_in(transaction, ReplaceAddress(subscription_id, joined.channel, other, actor), now_ms)
    await suspend_in(transaction, Suspend(subscription_id, now_ms + 1, actor), now_ms)
    await resume_in(transaction, Resume(subscription_id, actor), now_ms)
    await set_priority_in(transaction, SetPriority(subscription_id, 0), now_ms)
    for status in (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.SUBSCRIBED):
        command = SetStatus(subscription_id, status, actor, evidence=Evidence(now_ms + 1))
        await set_status_in(transaction, command, now_ms)
    await archive_in(transaction, Archive(subscription_id, actor), now_ms)
    await restore_in(transaction, Restore(subscription_id, actor), now_ms)


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
