"""What ends: a person's no, a pause, a dead address, a complaint."""

from __future__ import annotations

from collections.abc import Iterable

from graph.consent.cause import Cause
from graph.vocabulary import Channel, UserErrorCode
from graph.vocabulary import SubscriptionStatus as Status
from tests.histories.state import NOBODYS, No, Person, Record, Refused, Scope, Subject, Subscription, World
from tests.histories.strictness import OPEN, is_stricter

# A no that comes so soon after another is the same one.
ONE_NO_MS = 60_000


def is_news(subject: Subject, now: int) -> bool:
    """Whether a no to what is closed already was said by nobody yet, or some time ago."""
    last = subject.records[-1]
    return last.cause in NOBODYS or now - last.at >= ONE_NO_MS


def end(world: World, subscription: Subscription, status: Status, cause: Cause) -> None:
    """A no is written over what is open, a dead address and a complaint over whatever is less strict.

    What stays as it is was said all the same, once more or for the first time.
    """
    is_no = status is Status.UNSUBSCRIBED
    if subscription.status in OPEN if is_no else is_stricter(status, subscription.status):
        subscription.becomes(status, cause, world.now)
    elif is_news(subscription, world.now) if is_no else subscription.records[-1].cause in NOBODYS:
        subscription.becomes(subscription.status, cause, world.now)


def leave_subscription(world: World, subscription_id: str) -> None:
    end(world, world.speaks(world.subscriptions[subscription_id]), Status.UNSUBSCRIBED, Cause.UNSUBSCRIBE)


def leave_category(world: World, subscription_id: str) -> None:
    subscription = world.speaks(world.subscriptions[subscription_id])
    if subscription.place.resource != "shop":
        # The only one that offers a category.
        raise Refused(UserErrorCode.NOT_FOUND)
    before = None if subscription.left_at is None else Status.UNSUBSCRIBED
    if before is None or _is_category_news(subscription, world.now):
        subscription.left_at = world.now
        subscription.categories.append(Record(before, Status.UNSUBSCRIBED, Cause.LEAVE, world.now))


def leave_resource(world: World, profile_id: str, resource: str) -> None:
    person = world.person(profile_id)
    _leave(world, person, Scope(resource=resource))


def leave_channel(world: World, profile_id: str, channel: Channel) -> None:
    person = world.person(profile_id)
    _leave(world, person, Scope(channel=channel))


def leave_everything(world: World, profile_id: str) -> None:
    person = world.person(profile_id)
    if person.status in OPEN:
        person.becomes(Status.UNSUBSCRIBED, Cause.UNSUBSCRIBE, world.now)
    elif is_news(person, world.now):
        person.becomes(person.status, Cause.UNSUBSCRIBE, world.now)


def bounce(world: World, subscription_id: str) -> None:
    named = world.subscriptions[subscription_id]
    world.suppressed.add((named.place.address, None))
    end(world, world.speaks(named), Status.HARD_BOUNCED, Cause.HARD_BOUNCE)


def complain(world: World, address: str, channel: Channel) -> None:
    world.suppressed.add((address, channel))
    for each in world.subscriptions.values():
        if each.absorbed_by is None and (each.place.address, each.place.channel) == (address, channel):
            end(world, each, Status.COMPLAINED, Cause.COMPLAINT)


def suspend(world: World, subscription_id: str, until: int) -> None:
    subscription = _listed(world, subscription_id)
    if subscription.status is Status.SUSPENDED and subscription.consent.until == until:
        return
    if subscription.status is not Status.SUBSCRIBED:
        raise Refused(UserErrorCode.STATE_NOT_ALLOWED)
    subscription.becomes(Status.SUSPENDED, Cause.SUSPEND, world.now, until)


def resume(world: World, subscription_id: str) -> None:
    subscription = _listed(world, subscription_id)
    if subscription.status is Status.SUBSCRIBED:
        return
    place, holder = subscription.place, world.people[subscription.holder]
    is_of_another = place.channel is Channel.MOBILE_PUSH and place.address not in holder.values
    before = next((each.after for each in reversed(subscription.records) if each.after is not Status.SUSPENDED), None)
    if subscription.status is not Status.SUSPENDED or is_of_another or before is None or before not in OPEN:
        raise Refused(UserErrorCode.STATE_NOT_ALLOWED)
    subscription.becomes(as_consented(subscription, before, world.now), Cause.RESUME, world.now)


def as_consented(subscription: Subscription, status: Status, now: int) -> Status:
    """Without a new consent, one that ran out has to be confirmed first."""
    expires = subscription.consent.expires
    is_over = expires is not None and expires <= now
    return Status.UNCONFIRMED if is_over and status is Status.SUBSCRIBED else status


def take_from(world: World, subscriptions: Iterable[Subscription]) -> None:
    """Somebody else uses the address now: paused without an end, unless it is refused or paused so already.

    What only a merge or a clock made so is so by this from now on.
    """
    for each in subscriptions:
        is_paused_for_good = each.status is Status.SUSPENDED and each.consent.until is None
        if each.status in OPEN and not is_paused_for_good:
            each.becomes(Status.SUSPENDED, Cause.HANDED_OVER, world.now)
        elif each.records[-1].cause in NOBODYS:
            each.becomes(each.status, Cause.HANDED_OVER, world.now)


def _leave(world: World, person: Person, scope: Scope) -> None:
    for each in world.living(person.id).values():
        if each.place.resource == scope.resource or each.place.channel is scope.channel:
            end(world, each, Status.UNSUBSCRIBED, Cause.UNSUBSCRIBE)
    no = person.noes.get(scope)
    if no is None:
        person.noes[scope] = No(world.next_number(), scope, world.now)
    elif no.lifted or world.now - no.since >= ONE_NO_MS:
        no.says((world.now, ()))


def _is_category_news(subscription: Subscription, now: int) -> bool:
    cause, left_at = subscription.categories[-1].cause, subscription.left_at
    return cause in NOBODYS or left_at is None or now - left_at >= ONE_NO_MS


def _listed(world: World, subscription_id: str) -> Subscription:
    subscription = world.subscriptions[subscription_id]
    if subscription.absorbed_by is not None:
        raise Refused(UserErrorCode.STATE_NOT_ALLOWED)
    return subscription
