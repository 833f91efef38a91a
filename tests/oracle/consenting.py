"""What the people of the test world allow, and what stands against writing to them."""

from __future__ import annotations

from tests.oracle import words
from tests.oracle.dice import Dice
from tests.oracle.world import ChannelSubscription, ConsentRecord, Identifier, OptOut, Person, Suppression, World


def consent(dice: Dice, world: World, instants: list[int]) -> None:
    for person in world.people:
        if person.merged_into is None and dice.chance(0.4):
            _opt_outs(dice, world, person, instants)
    _suppressions(dice, world, instants)
    _records(dice, world, instants)


def _suppressions(dice: Dice, world: World, instants: list[int]) -> None:
    stopped: list[tuple[Identifier | None, str]] = [(None, words.DOMAINS[0])]
    stopped += [(each, each.id) for each in dice.apart(world.identifiers, 14)]
    for address, name in stopped:
        for _ in range(2):
            resource = dice.maybe(dice.pick(world.resources), 0.4)
            channel = dice.maybe(dice.pick(words.CHANNELS), 0.4)
            key = f"{name}:{resource.id if resource else ''}:{channel or ''}"
            if any(each.key == key for each in world.suppressions):
                continue
            made = Suppression(
                id=dice.identity("sup"),
                key=key,
                kind="DOMAIN" if address is None else "ADDRESS",
                reason=dice.pick(["hard bounce", "asked “politely”"]),
                since=dice.pick(instants),
                domain=name if address is None else None,
                resource_id=resource.id if resource else None,
                channel=channel,
                until=dice.maybe(dice.pick(instants), 0.4),
                address=address,
                resource=resource,
            )
            world.suppressions.append(made)


def _records(dice: Dice, world: World, instants: list[int]) -> None:
    for subscription in world.subscriptions:
        before: str | None = None
        for seq, at in enumerate(sorted(dice.pick(instants) for _ in range(dice.number(0, 3))), 1):
            made = _record(dice, "SUBSCRIPTION", subscription, subscription.person, instants)
            made.seq, made.at, made.from_status = seq, at, before
            before = made.to_status
            world.records.append(made)
    for subscription in dice.apart(world.subscriptions, 20):
        for category in dice.apart(subscription.resource.categories, 1):
            made = _record(dice, "CATEGORY", subscription, subscription.person, instants)
            made.subject_id = f"{subscription.id}:{category.id}"
            made.category, made.category_id = category, category.id
            world.records.append(made)
    for person in dice.apart(world.people, 25):
        made = _record(dice, "PROFILE", person, person, instants)
        made.from_status = "SUBSCRIBED"
        world.records.append(made)
    for number, identifier in enumerate(dice.apart(world.identifiers, 6)):
        # Whom it happened to is not known of one: a field that may not be null then has no value.
        owner = dice.pick(world.people) if number else None
        world.records.append(_record(dice, "IDENTIFIER", identifier, owner, instants))


def _record(
    dice: Dice,
    scope: str,
    about: Person | ChannelSubscription | Identifier,
    owner: Person | None,
    instants: list[int],
) -> ConsentRecord:
    """The first one of its subject."""
    shown = dice.chance(0.4)
    return ConsentRecord(
        id=dice.identity("con"),
        scope=scope,
        subject_id=about.id,
        seq=1,
        profile_id=None if owner is None else owner.id,
        at=dice.pick(instants),
        to_status=dice.pick(words.SUBSCRIPTION_STATUSES),
        cause=dice.pick(["subscribe", "unsubscribe"]),
        source=dice.maybe("api"),
        actor=dice.maybe("key_1"),
        reason=dice.maybe("zu viel", 0.3),
        evidence_at=dice.pick(instants) if shown else None,
        evidence_ip=dice.maybe("192.0.2.9") if shown else None,
        evidence_url=dice.maybe("https://shop.example/no?ü") if shown else None,
        evidence_source=dice.maybe("till") if shown else None,
        evidence_wording=dice.maybe("No, “thanks”") if shown else None,
        about=about,
    )


def _opt_outs(dice: Dice, world: World, person: Person, instants: list[int]) -> None:
    for channel in dice.apart(words.CHANNELS, 2):
        lifted = dice.apart(world.resources, 2)
        made = OptOut(
            id=dice.identity("opt"),
            key=f"{person.id}:channel:{channel}",
            since=dice.pick(instants),
            channel=channel,
            lifted_for_resources=dice.maybe([each.id for each in lifted], 0.5),
            person=person,
        )
        person.opt_outs.append(made)
        world.opt_outs.append(made)
    for resource in dice.apart(world.resources, 2):
        made = OptOut(
            id=dice.identity("opt"),
            key=f"{person.id}:resource:{resource.id}",
            since=dice.pick(instants),
            resource_id=resource.id,
            lifted_for_channels=dice.maybe(dice.apart(words.CHANNELS, 2), 0.5),
            person=person,
            resource=resource,
        )
        person.opt_outs.append(made)
        world.opt_outs.append(made)
