"""What happened to the people of the test world."""

from __future__ import annotations

from tests.oracle import words
from tests.oracle.dice import Dice
from tests.oracle.world import (
    Attempt,
    ChannelSubscription,
    Event,
    Line,
    Message,
    Outreach,
    Product,
    Purchase,
    Receipt,
    World,
)

_NOBODY = "prf_00000000000000000000000000"


def live(dice: Dice, world: World, instants: list[int]) -> None:
    _products(dice, world)
    _purchases(dice, world, instants)
    _messages(dice, world, instants)
    _events(dice, world, instants)


def _products(dice: Dice, world: World) -> None:
    for number, (source, sku) in enumerate((source, sku) for source in words.SOURCES for sku in words.SKUS):
        world.products.append(
            Product(
                id=dice.identity("pro"),
                source_key=f"{source}:{sku}",
                source=source,
                sku=sku,
                name=dice.maybe(words.PRODUCT_NAMES[number % len(words.PRODUCT_NAMES)], 0.75),
                product_category=dice.maybe("light", 0.5),
            )
        )


def _owner(dice: Dice, world: World) -> str:
    """The id something happened under: more often one of the merged than chance would have it."""
    if dice.chance(0.4):
        merged = [each for each in world.people if len(each.member_ids) > 1 or each.merged_into]
        return dice.pick(merged).id
    return dice.pick(world.people).id


def _purchases(dice: Dice, world: World, instants: list[int]) -> None:
    for number in range(140):
        source = dice.pick(words.SOURCES)
        made = Purchase(
            id=dice.identity("pur"),
            source_key=f"{source}:A{number}",
            source=source,
            external_id=f"A{number}",
            # One was kept when its person was erased.
            profile_id=_owner(dice, world) if number else _NOBODY,
            kind=dice.pick(["SALE", "SALE", "RETURN"]),
            status=dice.pick(words.PURCHASE_STATUSES),
            placed_at=dice.pick(instants),
            currency=dice.pick(words.CURRENCIES),
            total_micros=dice.pick([0, 1, 2_550_000, 12_000_000, 12_000_001, 99_999_990_000, -2_550_000]),
            changed_at=dice.maybe(dice.pick(instants)),
            delivery_micros=dice.maybe(500_000),
            discount_micros=dice.maybe(250_000),
            is_test=dice.maybe(dice.chance(0.2)),
        )
        _lines(dice, world, made)
        world.purchases.append(made)


def _lines(dice: Dice, world: World, purchase: Purchase) -> None:
    products = dice.some(world.products, 4)
    # The same product may stand in two lines of one order.
    products += products[:1] if dice.chance(0.4) else []
    for position, product in enumerate(products, 1):
        quantity = dice.number(-2, 5)
        purchase.lines.append(
            Line(
                position=position,
                quantity=quantity,
                unit_price_micros=2_050_000,
                total_micros=2_050_000 * quantity,
                status=dice.pick(words.LINE_STATUSES),
                product=product,
                purchase=purchase,
            )
        )


def _messages(dice: Dice, world: World, instants: list[int]) -> None:
    for number in range(60):
        subscription = dice.pick(world.subscriptions)
        outreach = Outreach(
            id=dice.identity("out"),
            profile_id=subscription.person.id,
            origin=dice.pick(["API", "CAMPAIGN", "WORKFLOW"]),
            state=dice.pick(["QUEUED", "REFUSED", "SENT"]),
            created_at=dice.pick(instants),
            refused_by=dice.maybe(dice.pick(words.GATES), 0.3),
            reason=dice.maybe("because", 0.3),
        )
        world.outreaches.append(outreach)
        for _ in range(dice.number(0, 4)):
            # Where a subscription or an outreach is gone, fields that may not be null have no value.
            way = None if number % 20 == 0 else subscription
            world.messages.append(_message(dice, way, outreach if number % 19 else None, _owner(dice, world), instants))
    for message in world.messages:
        for _ in range(dice.number(0, 3)):
            _attempt(dice, world, message, instants)
        for _ in range(dice.number(0, 3)):
            _receipt(dice, world, message, instants)


def _message(
    dice: Dice, subscription: ChannelSubscription | None, outreach: Outreach | None, owner: str, instants: list[int]
) -> Message:
    return Message(
        id=dice.identity("msg"),
        profile_id=owner,
        state=dice.pick(words.MESSAGE_STATES),
        purpose=dice.pick(words.PURPOSES),
        channel=dice.pick(words.CHANNELS),
        created_at=dice.pick(instants),
        subject=dice.maybe("Hello “you” 👋"),
        is_test=dice.maybe(dice.chance(0.2)),
        refused_by=dice.maybe(dice.pick(words.GATES), 0.3),
        reason=dice.maybe("late", 0.3),
        sent_at=dice.maybe(dice.pick(instants)),
        delivered_at=dice.maybe(dice.pick(instants), 0.5),
        opened_at=dice.maybe(dice.pick(instants), 0.4),
        first_clicked_at=dice.maybe(dice.pick(instants), 0.3),
        open_count=dice.maybe(dice.number(0, 9)),
        click_count=dice.maybe(dice.number(0, 9)),
        complained_at=dice.maybe(dice.pick(instants), 0.1),
        unsubscribed_at=dice.maybe(dice.pick(instants), 0.1),
        subscription=subscription,
        outreach=outreach,
    )


def _attempt(dice: Dice, world: World, message: Message, instants: list[int]) -> None:
    made = Attempt(
        id=dice.identity("att"),
        at=dice.pick(instants),
        provider="smtp",
        outcome=dice.pick(["ACCEPTED", "DEFERRED"]),
        answer=dice.maybe("450 später"),
        next_at=dice.maybe(dice.pick(instants), 0.3),
        message=message,
    )
    message.attempts.append(made)
    world.attempts.append(made)


def _receipt(dice: Dice, world: World, message: Message, instants: list[int]) -> None:
    made = Receipt(
        id=dice.identity("rcp"),
        at=dice.pick(instants),
        provider="smtp",
        event_type=dice.pick(["delivered", "geöffnet"]),
        applied=dice.chance(0.5),
        reason=dice.maybe("5.1.1", 0.3),
        message=message,
    )
    message.receipts.append(made)
    world.receipts.append(made)


def _events(dice: Dice, world: World, instants: list[int]) -> None:
    for number in range(420):
        source = dice.pick(words.SOURCES)
        world.events.append(
            Event(
                id=dice.identity("evt"),
                source_key=f"{source}:{number}",
                source=source,
                external_id=str(number),
                profile_id=_owner(dice, world),
                type=dice.pick(words.EVENT_TYPES),
                occurred_at=dice.pick(instants),
                received_at=dice.maybe(dice.pick(instants)),
                value_micros=dice.maybe(dice.pick([0, 1_500_000, -1, 9_999_999_999_999]), 0.4),
                # One is no JSON: a field that may not be null then has no value.
                properties=dice.maybe(dice.pick(words.PROPERTIES)) if number else "{",
                is_test=dice.maybe(dice.chance(0.2)),
                products=dice.apart(world.products, 3),
                caused_by=dice.maybe(dice.pick(world.messages), 0.3),
            )
        )
