"""A wanted subscription that is there already, or against which something stands: by the same rules as `subscribe`.

All that may be refused is asked before anything is written, because the rest of the import goes on without it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from graph.connection import Transaction
from graph.consent.cause import Cause
from graph.consent.opt_out import lift_opt_outs, objection, standing_opt_outs
from graph.consent.strictness import widens
from graph.errors import Refusal, UserError
from graph.importing.row import ImportTerms
from graph.importing.wanted import OPENING, Wanted
from graph.people.reference import Person, ProfileReference
from graph.subscribing.asked import Opening, Subscribe
from graph.subscribing.bars import Standing, standing_before
from graph.subscribing.hand_over import hand_over
from graph.subscribing.join import Joining, join, refuse_return, said_about
from graph.subscribing.locked import Step, SubscriptionState, locked_state, not_allowed, write_step
from graph.subscribing.open import is_newer, open_again, open_new
from graph.subscribing.opening import consent_end, opened, opened_beside
from graph.vocabulary import RowOutcome, SubscriptionStatus, UserErrorCode


@dataclass(frozen=True, slots=True)
class Settled:
    """`taken_from` are others, who had the push token before. With a `refusal` nothing changed but what ran out."""

    is_changed: bool
    taken_from: frozenset[str] = frozenset()
    refusal: Refusal | None = None


async def settle(
    transaction: Transaction, wanted: Wanted, person: Person, holders: Collection[str], terms: ImportTerms
) -> Settled:
    """The caller holds the locks of the person, of the address and of `holders`, whose push token it may be.

    Twice is as good as once. Refusals are CONSENT_REQUIRED, PROFILE_BARRED and STATE_NOT_ALLOWED.
    """
    opening = _opening(wanted, person, terms)
    standing = await standing_before(transaction, opening)
    found = None if standing.found is None else await locked_state(transaction, standing.found, opening.now_ms)
    try:
        await _refuse(transaction, wanted, opening, standing, found)
    except Refusal as refusal:
        return Settled(found is not None and found.is_renewed, refusal=refusal)
    # A list that tells of a closed subscription does not say who uses the device now.
    taken_from = await _taken(transaction, wanted, person, holders, terms) if wanted.opens else set[str]()
    if found is not None and not wanted.opens:
        is_changed = await _close(transaction, found, wanted, terms)
    else:
        is_changed = await _open(transaction, opening, standing, found, wanted.category_ids)
    return Settled(is_changed or bool(taken_from), frozenset(taken_from))


async def _taken(
    transaction: Transaction, wanted: Wanted, person: Person, holders: Collection[str], terms: ImportTerms
) -> set[str]:
    """A push token goes to the person, also where a row before this one has just taken it from them."""
    resolution, address = person.resolution, wanted.given.address
    taken_from = await hand_over(transaction, resolution, address, person.profile_id, holders, terms.actor)
    if resolution.link(person.profile_id, [address], terms.source):
        await resolution.write(transaction)
    return taken_from


def _opening(wanted: Wanted, person: Person, terms: ImportTerms) -> Opening:
    given = wanted.given
    command = Subscribe(
        profile=ProfileReference(id=person.profile_id),
        resource=given.resource,
        channel=given.channel,
        address=given.address,
        actor=terms.actor,
        opt_in=wanted.wish.opt_in,
        priority=given.priority,
        resubscribe=wanted.wish.resubscribe,
        consent_expires_at_ms=given.consent_expires_at_ms,
        push=given.push,
        cause=Cause.IMPORT,
        source=terms.source,
    )
    return Opening(command, person, wanted.resource, wanted.wish)


async def _refuse(
    transaction: Transaction, wanted: Wanted, opening: Opening, standing: Standing, found: SubscriptionState | None
) -> None:
    """Raises Refusal for everything by which it may be refused."""
    if wanted.opens:
        said = {} if found is None else await said_about(transaction, found.id, wanted.category_ids)
        await _refuse_opening(transaction, opening, standing, found)
        refuse_return(said, list(said), wanted.wish.opt_in)
    elif found is not None and widens(found.status, wanted.wish.to_status):
        raise not_allowed(f"This subscription is {found.status}: an import does not change that.", "status")


async def _refuse_opening(
    transaction: Transaction, opening: Opening, standing: Standing, found: SubscriptionState | None
) -> None:
    wish = opening.wish
    if _opens_anew(found):
        row = opening.row
        opt_outs = await standing_opt_outs(transaction, row.profile_id, row.resource_id, opening.command.channel)
        refused = objection(opt_outs, wish.opt_in)
        if refused is not None:
            raise Refusal(refused)
        if standing.profile_status is not SubscriptionStatus.SUBSCRIBED:
            message = f"The person as a whole is {standing.profile_status}: an import does not change that."
            raise Refusal(UserError(UserErrorCode.PROFILE_BARRED, message))
    if found is not None:
        has_newer_consent = is_newer(wish.opt_in, found.opt_in_at_ms)
        status, asked_ms = opened(found, wish), opening.command.consent_expires_at_ms
        consent_end(found, asked_ms, status, has_newer_consent=has_newer_consent)
    elif standing.archived is not None:
        opened_beside(await locked_state(transaction, standing.archived, wish.now_ms), wish)


def _opens_anew(found: SubscriptionState | None) -> bool:
    return found is None or found.status is not SubscriptionStatus.SUBSCRIBED


async def _open(
    transaction: Transaction,
    opening: Opening,
    standing: Standing,
    found: SubscriptionState | None,
    category_ids: Collection[str],
) -> bool:
    command, row = opening.command, opening.row
    opens = opening.wish.to_status in OPENING
    lifted = (
        opens
        and _opens_anew(found)
        and await lift_opt_outs(transaction, row.profile_id, row.resource_id, command.channel, command.opt_in)
    )
    if found is None:
        done = await open_new(transaction, opening, standing.archived if opens else None)
    else:
        done = await open_again(transaction, opening, found)
    joined = False
    if category_ids:
        said = await said_about(transaction, done.subscription.id, sorted(category_ids))
        joining = Joining(done.subscription.id, row.profile_id, command.actor, command.opt_in)
        joined = await join(transaction, joining, said, opening.now_ms)
    is_renewed = found is not None and found.is_renewed
    return done.outcome is not RowOutcome.UNCHANGED or joined or lifted or is_renewed


async def _close(transaction: Transaction, found: SubscriptionState, wanted: Wanted, terms: ImportTerms) -> bool:
    to_status = wanted.wish.to_status
    if found.status is to_status and not found.is_nobodys_word:
        return found.is_renewed
    step = Step(to_status, Cause.IMPORT, terms.actor, source=terms.source)
    await write_step(transaction, found, step, wanted.wish.now_ms)
    return True
