from __future__ import annotations

from collections.abc import Sequence

from graph.connection import Graph, Transaction
from graph.consent.evidence import check_not_ahead
from graph.erasing.erased_address import refuse_erased
from graph.errors import Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.people.reference import Person, locked_person
from graph.statements import subscription_changes
from graph.subscribing.asked import Opening, Subscribe
from graph.subscribing.bars import Standing, pass_bars, standing_before
from graph.subscribing.hand_over import hand_over, token_holders
from graph.subscribing.join import Joining, join, refuse_return, said_about
from graph.subscribing.locked import SubscriptionState, finished, locked_state
from graph.subscribing.moving import Move, move_address
from graph.subscribing.open import open_again, open_new
from graph.subscribing.opening import Wish, wished_status
from graph.subscribing.resource import resource_facts
from graph.vocabulary import ChangeKind, RowOutcome, SubscriptionStatus, UserErrorCode

__all__ = ["Subscribe", "subscribe", "subscribe_in"]


async def subscribe(graph: Graph, command: Subscribe, guard: Guard | None, now_ms: int) -> Done:
    """Connects one address of the person with a resource.

    The result holds `subscriptionId`, `outcome`, and `unconfirmedId` while it waits for a confirmation: the id of the
    record that says so. A second call finds the first one's subscription (UNCHANGED). Who left comes back only with
    `resubscribe` and opt-in evidence that is newer than the leaving, else Refusal CONSENT_REQUIRED. A complaint or a
    dead address is final: Refusal STATE_NOT_ALLOWED. A push token is taken from whoever had it. Other refusals:
    NOT_FOUND, AMBIGUOUS_MATCH, PROFILE_BARRED, TAKEN where `replaces` would make two subscriptions of one address,
    REQUIRED and INVALID where values do not go together or are out of their time, and what `Resolution.link` says of
    the address.
    """

    async def work(transaction: Transaction) -> Done:
        return await subscribe_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def subscribe_in(transaction: Transaction, command: Subscribe, now_ms: int) -> Done:
    check_not_ahead(command.opt_in, now_ms, "optIn")
    if command.consent_expires_at_ms is not None and command.consent_expires_at_ms <= now_ms:
        raise Refusal(UserError(UserErrorCode.INVALID, "Must be in the future.", ("consentExpiresAt",)))
    resource = await resource_facts(transaction, command.resource)
    if command.channel not in resource.channels:
        raise Refusal(UserError(UserErrorCode.INVALID, f"The resource does not use {command.channel}.", ("address",)))
    categories = [resource.category_id(each, ("categories", str(n))) for n, each in enumerate(command.categories)]
    to_status = wished_status(
        command.confirmation, command.opt_in, requires_double_opt_in=resource.requires_double_opt_in
    )
    holders = await token_holders(transaction, command.address)
    person = await locked_person(
        transaction,
        command.profile,
        now_ms,
        also=(command.address,),
        with_ids=holders,
        create=command.create_profile,
    )
    opening = Opening(command, person, resource, Wish(to_status, command.resubscribe, command.opt_in, now_ms))
    taken_from = await hand_over(
        transaction, person.resolution, command.address, person.profile_id, holders, command.actor
    )
    linked = _linked(person, command.address)
    await person.resolution.write(transaction)
    standing = await standing_before(transaction, opening)
    found, was_moved = await _found(transaction, opening, standing)
    opens = found is None or found.status is not SubscriptionStatus.SUBSCRIBED
    if opens and command.erased_key is not None:
        await refuse_erased(transaction, command.erased_key, command.address, command.opt_in)
    lifted = await pass_bars(transaction, opening, standing, opens=opens)
    if found is None:
        opened = await open_new(transaction, opening, standing.archived)
    else:
        opened = await open_again(transaction, opening, found)
    joined = await _join(transaction, opening, opened.subscription.id, categories)
    is_changed = was_moved or joined
    outcome = RowOutcome.UPDATED if is_changed and opened.outcome is RowOutcome.UNCHANGED else opened.outcome
    # An address may be linked anew to a person whose subscription at it stayed.
    kinds = [ChangeKind.IDENTIFIER] if linked or taken_from else []
    kinds += [ChangeKind.PROFILE] if lifted else []
    done = await finished(transaction, opened.subscription, outcome, now_ms, kinds, taken_from)
    done.result["unconfirmedId"] = opened.unconfirmed_id
    return done


def _linked(person: Person, address: IdentifierValue) -> bool:
    try:
        return person.resolution.link(person.profile_id, [address], "subscribe")
    except Refusal as refusal:
        raise refusal.at("address") from None


async def _found(
    transaction: Transaction, opening: Opening, standing: Standing
) -> tuple[SubscriptionState | None, bool]:
    """The subscription that is there at this address, and whether it was moved there now."""
    replaces = opening.command.replaces
    if replaces is not None:
        before = await _replaced(transaction, opening, replaces)
        needs_confirmation = opening.wish.to_status is SubscriptionStatus.UNCONFIRMED
        move = Move(
            opening.command.address,
            opening.identifier_id,
            opening.command.actor,
            opening.wish.opt_in,
            needs_confirmation=needs_confirmation,
            erased_key=opening.command.erased_key,
        )
        state = await move_address(transaction, before, move, opening.now_ms, "replaces")
        return state, state.identifier_id != before.identifier_id
    found = standing.found
    return None if found is None else await locked_state(transaction, found, opening.now_ms), False


async def _replaced(transaction: Transaction, opening: Opening, replaces: str) -> SubscriptionState:
    if await transaction.run(subscription_changes.OWNER, id=replaces) != opening.person.profile_id:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "The person has no such subscription.", ("replaces",)))
    state = await locked_state(transaction, replaces, opening.now_ms)
    if state.resource_id != opening.resource.id or state.channel is not opening.command.channel:
        message = "That is a subscription on another channel or of another resource."
        raise Refusal(UserError(UserErrorCode.INVALID, message, ("replaces",)))
    return state


async def _join(transaction: Transaction, opening: Opening, subscription_id: str, category_ids: Sequence[str]) -> bool:
    if not category_ids:
        return False
    said = await said_about(transaction, subscription_id, category_ids)
    refuse_return(said, category_ids, opening.command.opt_in)
    joining = Joining(subscription_id, opening.person.profile_id, opening.command.actor, opening.command.opt_in)
    return await join(transaction, joining, said, opening.now_ms)
