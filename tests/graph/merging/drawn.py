"""Random people who share nothing, something or everything."""

from __future__ import annotations

from random import Random

from tests.graph.merging.people import People

RESOURCES = ("res_x", "res_y")
STATUSES = ("SUBSCRIBED", "UNSUBSCRIBED", "COMPLAINED", "HARD_BOUNCED", "UNCONFIRMED", "SUSPENDED", "INVALID")
NOW = 1_790_000_000_000
# When a pause or a consent is over: before the merge, or after the split.
_ENDS = (NOW - 5, NOW, NOW + 1_000, NOW + 1_005)
# How likely one of four addresses is of both, by what the two share.
SHARING = {"nothing": 0.0, "something": 0.5, "everything": 1.0}


def draw_people(dice: Random, tag: str, names: str, shared: str) -> tuple[People, list[str]]:
    """One person for each letter of `names`, with ids that hold the tag."""
    people = People()
    ids = [f"prf_{tag}_{name}" for name in names]
    friend = f"prf_{tag}_friend"
    for profile_id in (*ids, friend):
        _draw_person(dice, people, profile_id)
    common = [n for n in range(4) if dice.random() < SHARING[shared]]
    for profile_id in ids:
        for n in range(4):
            if shared == "everything" or dice.random() < 0.7:
                _draw_address(dice, people, profile_id, f"{tag if n in common else profile_id}_{n}", shared)
        _draw_opt_outs(dice, people, profile_id)
    pairs = [(a, b) for a in (*ids, friend) for b in (*ids, friend) if a != b]
    for from_id, to_id in pairs:
        if dice.random() < 0.5:
            people.relation(from_id, to_id, dice.choice(("family", "company")))
    return people, [*ids, friend]


def _draw_address(dice: Random, people: People, profile_id: str, name: str, shared: str) -> None:
    verified = NOW - dice.randrange(1_000) if dice.random() < 0.4 else None
    identifier_id = people.identifier(profile_id, name, verified_at=verified, since=dice.randrange(1, 10_000))
    for resource_id in RESOURCES:
        if shared == "everything" or dice.random() < 0.6:
            _draw_subscription(dice, people, profile_id, identifier_id, resource_id)


def _draw_opt_outs(dice: Random, people: People, profile_id: str) -> None:
    for resource_id in RESOURCES:
        if dice.random() < 0.3:
            people.opt_out(profile_id, resource_id=resource_id, since=dice.randrange(NOW))
    if dice.random() < 0.3:
        people.opt_out(profile_id, channel="SMS", since=dice.randrange(NOW))


def _draw_person(dice: Random, people: People, profile_id: str) -> None:
    plain: dict[str, object] = {
        name: dice.choice(("one", "two"))
        for name in ("firstName", "lastName", "city", "attr_tier", "tracked_city", "tracked_ip")
        if dice.random() < 0.5
    }
    if dice.random() < 0.5:
        plain["attr_score"] = dice.randrange(10**9)
    if dice.random() < 0.5:
        plain["attr_tags"] = dice.sample(["a", "b", "c"], 2)
    timed = ("firstName", "city", "tracked_city", "tracked_ip")
    changed = [(f"at_{name}", dice.randrange(1, NOW)) for name in timed if dice.random() < 0.5]
    seen = [
        (name, dice.randrange(1, NOW)) for name in ("tracked_lastAt", "lastSeenAt", "attr_met") if dice.random() < 0.5
    ]
    people.person(
        profile_id,
        status=dice.choice(("SUBSCRIBED", *STATUSES)),
        revision=dice.randrange(1, 50),
        created_at=dice.randrange(1, NOW),
        plain=plain,
        dates=[("birthDate", f"19{dice.randrange(10, 99)}-02-03")] if dice.random() < 0.5 else [],
        instants=[*changed, *seen],
    )


def _draw_subscription(dice: Random, people: People, profile_id: str, identifier_id: str, resource_id: str) -> None:
    status = dice.choice(("SUBSCRIBED", "SUBSCRIBED", *STATUSES))
    people.subscription(
        profile_id,
        identifier_id,
        resource_id,
        status=status,
        priority=dice.randrange(4),
        suspended_until=dice.choice(_ENDS) if status == "SUSPENDED" and dice.random() < 0.5 else None,
        expires_at=dice.choice(_ENDS) if dice.random() < 0.3 else None,
        opt_in_at=dice.randrange(NOW) if dice.random() < 0.5 else None,
        is_archived=dice.random() < 0.15,
        categories=[
            (f"cat_{resource_id}_{key}", dice.choice(("LEFT", "JOINED")), dice.randrange(1, NOW))
            for key in "ab"
            if dice.random() < 0.5
        ],
    )
