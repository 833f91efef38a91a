"""Founds the test world: who there is. The same seed gives the same world."""

from __future__ import annotations

from random import Random

from tests.oracle import words
from tests.oracle.consenting import consent
from tests.oracle.dice import Dice
from tests.oracle.importing import jobs
from tests.oracle.living import live
from tests.oracle.templating import templates
from tests.oracle.world import (
    BlockedIdentifier,
    Category,
    ChannelSubscription,
    Identifier,
    Merge,
    Person,
    Relation,
    Resource,
    Said,
    Tracked,
    World,
)

# Few instants, so that many things happen in the same millisecond.
FIRST_INSTANT = 1_700_000_000_000
INSTANTS = [FIRST_INSTANT + step * 1_000_003 for step in range(12)] + [FIRST_INSTANT + 1, -1, 0]

_PEOPLE = 60
# Who becomes part of whom, by number: two apart, one of two at once, and a chain whose middle was a survivor once.
_MERGES = [(1, [2]), (5, [6]), (10, [11, 12]), (20, [21, 22])]


def found(seed: int = 7) -> World:
    dice, world = Dice(Random(seed)), World()  # noqa: S311  # Data for tests.
    _resources(dice, world)
    world.people = [_person(dice, number) for number in range(_PEOPLE)]
    for survivor, losers in _MERGES:
        _merge(world, survivor, losers)
    # The middle of the chain had a member of its own before it was merged.
    world.people[21].member_ids.append(world.people[22].id)
    _identifiers(dice, world)
    _subscriptions(dice, world)
    _relations(dice, world)
    live(dice, world, INSTANTS)
    world.blocked = [_blocked(dice, *each) for each in words.BLOCKED]
    consent(dice, world, INSTANTS)
    _merges(dice, world)
    jobs(dice, world)
    templates(dice, world, INSTANTS)
    for things in (
        world.people,
        world.relations,
        world.identifiers,
        world.blocked,
        world.resources,
        world.categories,
        world.subscriptions,
        world.products,
        world.events,
        world.purchases,
        world.outreaches,
        world.messages,
        world.merges,
        world.attempts,
        world.receipts,
        world.suppressions,
        world.records,
        world.jobs,
        world.templates,
    ):
        world.by_id.update({each.id: each for each in things})
    return world


def _person(dice: Dice, number: int) -> Person:
    identity = dice.identity("prf")
    keys = dice.apart(sorted(words.ATTRIBUTE_TYPES), 5)
    return Person(
        id=identity,
        member_ids=[identity],
        revision=number,
        status=dice.pick(words.SUBSCRIPTION_STATUSES),
        kind=dice.pick(["ANONYMOUS", "LEAD", "SUBSCRIBER"]),
        created_at=dice.pick(INSTANTS),
        is_identified=dice.maybe(dice.chance(0.5)),
        is_test=dice.maybe(dice.chance(0.3)),
        first_name=dice.maybe(dice.pick(words.FIRST_NAMES)),
        last_name=dice.maybe(dice.pick(words.LAST_NAMES)),
        birth_date=dice.maybe(f"{dice.number(1930, 2010)}-02-{dice.number(10, 28)}"),
        sex=dice.maybe(dice.pick(["FEMALE", "MALE", "OTHER"])),
        locale=dice.maybe(dice.pick(words.LOCALES)),
        timezone=dice.maybe(dice.pick(words.ZONES), 0.4),
        country=dice.maybe(dice.pick(words.COUNTRIES)),
        city=dice.maybe(dice.pick(words.CITIES)),
        updated_at=dice.maybe(dice.pick(INSTANTS)),
        first_seen_at=dice.maybe(dice.pick(INSTANTS)),
        last_seen_at=dice.maybe(dice.pick(INSTANTS), 0.6),
        attributes={key: dice.pick(words.ATTRIBUTE_VALUES[key]) for key in keys},
        attributes_at={key: dice.pick(INSTANTS) for key in keys},
        tracked=dice.maybe(_tracked(dice)),
    )


def _tracked(dice: Dice) -> Tracked:
    return Tracked(
        last_at=dice.pick(INSTANTS),
        ip=dice.maybe("192.0.2.7"),
        country=dice.maybe(dice.pick(words.COUNTRIES)),
        region=dice.maybe("Mazovia"),
        city=dice.maybe(dice.pick(words.CITIES)),
        timezone=dice.maybe(dice.pick(words.ZONES)),
        browser=dice.maybe("Firefox"),
        os=dice.maybe("Linux"),
    )


def _merge(world: World, survivor: int, losers: list[int]) -> None:
    remaining = world.people[survivor]
    for loser in losers:
        world.people[loser].merged_into = remaining.id
        remaining.member_ids.append(world.people[loser].id)


def _relations(dice: Dice, world: World) -> None:
    """A few for some people, to merged ones too, and many for one."""
    for number, person in enumerate(world.people):
        for _ in range(12 if number == 1 else dice.number(0, 2)):
            made = Relation(
                id=dice.identity("rel"),
                key=f"{person.id}:{len(world.relations)}",
                type=dice.pick(words.RELATION_TYPES),
                since=dice.pick(INSTANTS),
                properties=dice.maybe(dice.pick(words.PROPERTIES)),
                person=person,
                to=dice.pick(world.people),
            )
            person.relations.append(made)
            world.relations.append(made)


def _merges(dice: Dice, world: World) -> None:
    """Those that made people what they are, those of a survivor who was merged on, and some that were undone."""
    pairs = [(survivor, loser) for survivor, losers in _MERGES for loser in losers]
    undone = [(1, 3), (5, 7), (30, 31)]
    for survivor, loser in [*pairs, (21, 22), *undone]:
        world.merges.append(
            Merge(
                id=dice.identity("mrg"),
                profile_id=world.people[survivor].id,
                from_id=world.people[loser].id,
                at=dice.pick(INSTANTS),
                rule=dice.pick(["manual", "identify", "shared_identifier"]),
                evidence=dice.maybe("they showed a “passport”"),
                actor=dice.maybe("key_1"),
                undone_at=dice.pick(INSTANTS) if (survivor, loser) in undone else None,
            )
        )


def _resources(dice: Dice, world: World) -> None:
    for key in words.RESOURCE_KEYS:
        resource = Resource(
            id=dice.identity("res"),
            key=key,
            title=key.title(),
            created_at=dice.pick(INSTANTS),
            channels=dice.maybe(dice.apart(words.CHANNELS, 4), 0.8),
            require_double_opt_in=dice.maybe(dice.chance(0.5)),
            raise_priority_of_new=dice.maybe(dice.chance(0.5)),
            on_unknown=dice.maybe(dice.pick(["RETRY", "HOLD"])),
            track_opens=dice.maybe(dice.chance(0.5)),
            track_clicks=dice.maybe(dice.chance(0.5)),
            stop_words=dice.maybe(dice.apart(["стоп", "停", "basta"], 2)),
            start_words=dice.maybe(dice.apart(["старт", "sí"], 2)),
            # Not from the dice, which would fall another way for everything after it.
            rate_micros=(None, 1_000, 2_500_000, 20_000_000)[len(world.resources) % 4],
            burst=(None, 1, 20)[len(world.resources) % 3],
        )
        for name in [] if key == "quiet" else dice.apart(words.CATEGORY_KEYS, 4):
            category = Category(
                id=dice.identity("cat"),
                key=name,
                scoped_key=f"{resource.id}:{name}",
                title=f"{name} ✉",
                mandatory=dice.maybe(dice.chance(0.3)),
                active=dice.maybe(dice.chance(0.5)),
                joined_by_default=dice.maybe(dice.chance(0.5)),
                resource=resource,
            )
            resource.categories.append(category)
            world.categories.append(category)
        world.resources.append(resource)


def _identifiers(dice: Dice, world: World) -> None:
    remaining = [each for each in world.people if each.merged_into is None]
    for value in [f"{mailbox}@{domain}" for mailbox in words.MAILBOXES for domain in words.DOMAINS] + words.PHONES:
        _identifier(world, dice, "PHONE" if value[0] == "+" else "EMAIL", "", value)
    for number in range(24):
        _identifier(world, dice, "EXTERNAL", dice.pick(["shop", "crm"]), f"{number:04d}")
    for number in range(8):
        _identifier(world, dice, dice.pick(["COOKIE", "DEVICE"]), dice.pick(["", "web"]), f"value {number} ü")
    for number, each in enumerate(world.identifiers):
        # Some values are shared, one belongs to nobody any more.
        people = {each.id: each for each in dice.some(remaining, 3)} if number else {}
        if number % 3 == 1:
            survivor = world.people[dice.pick(_MERGES)[0]]
            people[survivor.id] = survivor
        each.people = list(people.values())
        for person in each.people:
            person.identifiers.append(each)
    _left_behind(world)


def _blocked(dice: Dice, kind: str | None, value: str) -> BlockedIdentifier:
    return BlockedIdentifier(
        id=dice.identity("blk"), key=f"{kind or '*'}:{value}", type=kind, value=value, created_at=dice.pick(INSTANTS)
    )


def _left_behind(world: World) -> None:
    """What both sides of a merge had: the edge of the merged profile still stands beside the survivor's."""
    for survivor, losers in _MERGES:
        for each in world.people[survivor].identifiers:
            each.people.extend(world.people[loser] for loser in losers)


def _identifier(world: World, dice: Dice, kind: str, namespace: str, value: str) -> None:
    compared = value.lower() if kind == "EMAIL" else value
    world.identifiers.append(
        Identifier(
            id=dice.identity("idn"),
            key=f"{kind}:{namespace}:{compared}",
            type=kind,
            value=dice.maybe(value, 0.95),
            masked=f"{value[0]}***",
            reversed=value[::-1] if kind == "PHONE" else None,
            domain=compared.rpartition("@")[2] if kind == "EMAIL" else None,
            namespace=namespace if namespace or dice.chance(0.8) else None,
        )
    )


def _subscriptions(dice: Dice, world: World) -> None:
    for person in world.people:
        if person.merged_into is None:
            for _ in range(dice.number(0, 5)):
                _subscription(dice, world, person)
    for survivor, losers in _MERGES:
        for kept in world.people[survivor].subscriptions[:2]:
            _absorbed(dice, world, kept, world.people[losers[0]])


def _subscription(dice: Dice, world: World, person: Person) -> None:
    agreed = dice.chance(0.6)
    made = ChannelSubscription(
        id=dice.identity("sub"),
        key=None,
        channel=dice.pick(words.CHANNELS),
        status=dice.pick(words.SUBSCRIPTION_STATUSES),
        priority=dice.number(0, 2),
        created_at=dice.pick(INSTANTS),
        opt_in_at=dice.pick(INSTANTS) if agreed else None,
        opt_in_ip=dice.maybe("192.0.2.1") if agreed else None,
        opt_in_url=dice.maybe("https://shop.example/join?ü") if agreed else None,
        opt_in_source=dice.maybe("form") if agreed else None,
        opt_in_wording=dice.maybe("Yes, “write” to me") if agreed else None,
        suspended_until=dice.maybe(dice.pick(INSTANTS), 0.3),
        consent_expires_at=dice.maybe(dice.pick(INSTANTS), 0.3),
        device_type=dice.maybe("phone", 0.1),
        device_model=dice.maybe("One “S”", 0.1),
        device_os=dice.maybe("Android", 0.1),
        device_os_version=dice.maybe("16", 0.1),
        device_app_id=dice.maybe("example.shop", 0.1),
        device_app_version=dice.maybe("2.1", 0.1),
        device_language=dice.maybe("en-GB", 0.1),
        push_provider=dice.maybe(dice.pick(["FIREBASE", "APNS", "HUAWEI", "RUSTORE"]), 0.3),
        person=person,
        address=dice.pick(world.identifiers),
        resource=dice.pick(world.resources),
    )
    made.key = f"{person.id}:{made.resource.id}:{made.channel}:{made.id}"
    for category in dice.apart(made.resource.categories, 2):
        made.said[category.id] = Said(joined=dice.chance(0.5), at=dice.pick(INSTANTS))
    person.subscriptions.append(made)
    world.subscriptions.append(made)


def _absorbed(dice: Dice, world: World, kept: ChannelSubscription, loser: Person) -> None:
    """What the loser of a merge had as well: it leaves every list, but messages still go back to it."""
    world.subscriptions.append(
        ChannelSubscription(
            id=dice.identity("sub"),
            key=None,
            channel=kept.channel,
            status=kept.status,
            priority=0,
            created_at=kept.created_at,
            person=loser,
            address=kept.address,
            resource=kept.resource,
        )
    )
