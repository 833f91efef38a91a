"""What opens: subscribing and confirming."""

from __future__ import annotations

from dataclasses import dataclass

from graph.consent.cause import Cause
from graph.vocabulary import Channel, ConfirmationMode, UserErrorCode
from graph.vocabulary import SubscriptionStatus as Status
from tests.histories.leaving import as_consented, take_from
from tests.histories.state import NOBODYS, Consent, Person, Place, Refused, Subscription, World
from tests.histories.strictness import FINAL

# The link of a double opt-in is good for so long.
LINK_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. `who` is the id of a profile, or the key of a customer's card."""

    who: str
    place: Place
    opt_in: int | None
    confirmation: ConfirmationMode
    is_double: bool
    resubscribe: bool
    lift: bool
    expires: int | None

    @property
    def status(self) -> Status:
        waits = self.confirmation is ConfirmationMode.REQUIRED or (
            self.confirmation is ConfirmationMode.RESOURCE_DEFAULT and self.is_double
        )
        return Status.UNCONFIRMED if waits else Status.SUBSCRIBED


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a double opt-in: it answers this record of the subscription's ledger."""

    subscription_id: str
    record_id: str
    position: int
    expires: int


def subscribe(world: World, wish: Wish, profile_id: str, subscription_id: str) -> None:
    """The ids are those that whoever is new gets."""
    if wish.opt_in is not None and wish.opt_in > world.now:
        # It would outlive what the person says until then; what is drawn is further ahead than clocks may be.
        raise Refused(UserErrorCode.INVALID)
    if wish.confirmation is ConfirmationMode.ALREADY_CONFIRMED and wish.opt_in is None:
        raise Refused(UserErrorCode.REQUIRED)
    person = _meant(world, wish.who, profile_id)
    if wish.place.channel is Channel.MOBILE_PUSH:
        _hand_over(world, wish.place.address, person)
    person.values.add(wish.place.address)
    mine = (each for each in world.living(person.id).values() if each.place == wish.place)
    found = next(mine, None)
    if found is None or found.status is not Status.SUBSCRIBED:
        _refuse_erased(world, wish)
        _lift_noes(person, wish)
    _pass_bar(world, person, wish)
    if found is None:
        consent = Consent(wish.status, None, wish.expires)
        made = Subscription(id=subscription_id, holder=person.id, place=wish.place, consent=consent, opt_in=wish.opt_in)
        made.takes(consent, Cause.SUBSCRIBE, world.now)
        world.subscriptions[made.id] = made
    else:
        _open_again(world, found, wish)


def confirm(world: World, link: Link) -> None:
    if link.subscription_id not in world.subscriptions:
        raise Refused(UserErrorCode.TOKEN_INVALID)
    named = world.subscriptions[link.subscription_id]
    subscription, next_act = world.speaks(named), _first_act(world, named, link.position)
    if subscription.status is Status.SUBSCRIBED and next_act is Cause.CONFIRM:
        return
    if subscription.status is not Status.UNCONFIRMED or next_act is not None:
        raise Refused(UserErrorCode.TOKEN_INVALID)
    # A consent that ended before anybody gave it is none; one that ran out is given anew.
    is_given_anew = subscription is named and subscription.records[-1].cause in NOBODYS
    if link.expires <= world.now or (_is_over(named, world.now) and not is_given_anew):
        raise Refused(UserErrorCode.TOKEN_EXPIRED)
    is_over = _is_over(subscription, world.now)
    subscription.becomes(Status.SUBSCRIBED, Cause.CONFIRM, world.now)
    subscription.opt_in = world.now
    if is_over:
        subscription.consent = subscription.consent._replace(expires=None)


def _is_over(subscription: Subscription, now: int) -> bool:
    expires = subscription.consent.expires
    return expires is not None and expires <= now


def _first_act(world: World, named: Subscription, position: int) -> Cause | None:
    """What a person or a provider did first since that record, also with whatever spoke for the subscription since."""
    since = named.records[position + 1 :]
    each = named
    while each.absorbed_by is not None:
        at, each = each.absorbed_at, world.subscriptions[each.absorbed_by]
        since += [record for record in each.records if record.at >= at]
    acts = [record for record in since if record.cause not in NOBODYS]
    return min(acts, key=lambda record: record.at).cause if acts else None


def _meant(world: World, who: str, profile_id: str) -> Person:
    if who in world.people or who in world.erased_people:
        return world.person(who)
    owners = world.owners(who)
    return owners[0] if owners else world.made(profile_id, who)


def _hand_over(world: World, token: str, to: Person) -> None:
    at_token = (
        each for each in world.subscriptions.values() if each.absorbed_by is None and each.place.address == token
    )
    take_from(world, [each for each in at_token if each.holder != to.id])
    for other in world.owners(token):
        if other is not to:
            other.values.discard(token)


def _refuse_erased(world: World, wish: Wish) -> None:
    erased = world.erased_addresses.get(wish.place.address)
    if erased is not None and (wish.opt_in is None or wish.opt_in <= erased):
        raise Refused(UserErrorCode.CONSENT_REQUIRED)


def _lift_noes(person: Person, wish: Wish) -> None:
    standing = [each for each in person.noes.values() if each.stands_against(wish.place)]
    if any(wish.opt_in is None or wish.opt_in <= each.since for each in standing):
        raise Refused(UserErrorCode.CONSENT_REQUIRED)
    for each in standing:
        each.lifted.append(wish.place.channel if each.scope.channel is None else wish.place.resource)


def _pass_bar(world: World, person: Person, wish: Wish) -> None:
    if person.status is Status.SUBSCRIBED:
        return
    if not wish.lift or person.status in FINAL:
        raise Refused(UserErrorCode.PROFILE_BARRED)
    if wish.status is not Status.SUBSCRIBED:
        raise Refused(UserErrorCode.CONSENT_REQUIRED)
    _require_newer(wish, person.records[-1].at)
    person.becomes(Status.SUBSCRIBED, Cause.SUBSCRIBE, world.now)


def _open_again(world: World, found: Subscription, wish: Wish) -> None:
    before, status = found.status, _opened(world, found, wish)
    has_newer = wish.opt_in is not None and (found.opt_in is None or wish.opt_in > found.opt_in)
    expires = _consent_end(found, wish, status, has_newer=has_newer)
    if status is not before:
        found.becomes(status, Cause.SUBSCRIBE, world.now)
    if wish.opt_in is not None and (has_newer or status is not before):
        found.opt_in = wish.opt_in
    found.consent = found.consent._replace(expires=expires)


def _opened(world: World, found: Subscription, wish: Wish) -> Status:
    status, last = found.status, found.records[-1]
    if status is Status.SUSPENDED and last.cause is Cause.HANDED_OVER and last.before is not None:
        # Who logs in again has what they had.
        status = as_consented(found, last.before, world.now)
    if status is Status.SUBSCRIBED:
        return status
    if status in FINAL:
        raise Refused(UserErrorCode.STATE_NOT_ALLOWED)
    if status is wish.status is Status.UNCONFIRMED:
        return status
    if status is not Status.UNCONFIRMED and not wish.resubscribe:
        raise Refused(UserErrorCode.CONSENT_REQUIRED)
    _require_newer(wish, last.at)
    return wish.status


def _consent_end(found: Subscription, wish: Wish, status: Status, *, has_newer: bool) -> int | None:
    """A new consent brings its own end; without one it may only end sooner, or be asked for."""
    present = found.consent.expires
    if has_newer and status is not found.status:
        return wish.expires
    if wish.expires is None or wish.expires == present:
        return present
    is_longer = present is not None and wish.expires > present
    if is_longer and not has_newer and status is not Status.UNCONFIRMED:
        raise Refused(UserErrorCode.CONSENT_REQUIRED)
    return wish.expires


def _require_newer(wish: Wish, than: int) -> None:
    if wish.opt_in is None or wish.opt_in <= than:
        raise Refused(UserErrorCode.CONSENT_REQUIRED)
