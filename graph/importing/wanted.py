from __future__ import annotations

from dataclasses import dataclass, field, replace

from graph.connection import Transaction
from graph.consent.evidence import check_not_ahead
from graph.errors import Refusal, UserError, told_below
from graph.importing.row import ImportedProfile, ImportedSubscription
from graph.subscribing.opening import Wish, wished_status
from graph.subscribing.resource import ResourceFacts, ResourceReference, resource_facts
from graph.vocabulary import Channel, ConfirmationMode, SubscriptionStatus, UserErrorCode

# What a file says with these opens the address; all others close it.
OPENING = frozenset({SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one person can have one subscription."""

    resource_id: str
    channel: Channel
    identifier_key: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription as its row wants it; `position` is its place in the row, and `spot` the one with the person."""

    position: int
    spot: Spot
    given: ImportedSubscription
    resource: ResourceFacts
    category_ids: tuple[str, ...]
    wish: Wish

    @property
    def opens(self) -> bool:
        return self.wish.to_status in OPENING

    def refused(self, refusal: Refusal) -> tuple[UserError, ...]:
        """The refusal's errors, said of this subscription."""
        path = ("subscriptions", str(self.position))
        return tuple(replace(each, field=(*path, *(each.field or ()))) for each in refusal.user_errors)


@dataclass(slots=True)
class Resources:
    """The resources that the rows name, each looked up once."""

    transaction: Transaction
    now_ms: int
    source: str
    _known: dict[ResourceReference, ResourceFacts | Refusal] = field(default_factory=dict)

    async def wanted(self, row: ImportedProfile) -> tuple[list[Wanted], list[UserError]]:
        """The row's subscriptions that can be, and what is wrong with the others."""
        found: list[Wanted] = []
        wrong: list[UserError] = []
        for position, each in enumerate(row.subscriptions):
            try:
                with told_below("subscriptions", str(position)):
                    found.append(self._checked(position, each, await self._facts(each.resource)))
            except Refusal as refusal:
                wrong += refusal.user_errors
        return found, wrong

    async def _facts(self, reference: ResourceReference) -> ResourceFacts:
        if reference not in self._known:
            try:
                self._known[reference] = await resource_facts(self.transaction, reference)
            except Refusal as refusal:
                self._known[reference] = refusal
        known = self._known[reference]
        if isinstance(known, Refusal):
            raise Refusal(*known.user_errors)
        return known

    def _checked(self, position: int, given: ImportedSubscription, resource: ResourceFacts) -> Wanted:
        check_not_ahead(given.opt_in, self.now_ms, "optIn")
        if given.consent_expires_at_ms is not None and given.consent_expires_at_ms <= self.now_ms:
            raise Refusal(UserError(UserErrorCode.INVALID, "Must be in the future.", ("consentExpiresAt",)))
        if given.channel not in resource.channels:
            raise Refusal(UserError(UserErrorCode.INVALID, f"The resource does not use {given.channel}.", ("address",)))
        categories = [resource.category_id(each, ("categories", str(n))) for n, each in enumerate(given.categories)]
        # What is shown as the opt-in names the import where the file does not say where it is from.
        opt_in = given.opt_in
        if opt_in is not None and not opt_in.source:
            opt_in = replace(opt_in, source=self.source)
        # However new its consent is, a list opens nothing that somebody left: that is for `subscribe`.
        wish = Wish(_status(given, resource), resubscribe=False, opt_in=opt_in, now_ms=self.now_ms)
        spot = Spot(resource.id, given.channel, given.address.key)
        return Wanted(position, spot, given, resource, tuple(sorted(set(categories))), wish)


def _status(given: ImportedSubscription, resource: ResourceFacts) -> SubscriptionStatus:
    """As the file says, except that where a consent has to be confirmed the file must say how it was."""
    if given.status is not SubscriptionStatus.SUBSCRIBED:
        return given.status
    confirmation = ConfirmationMode.ALREADY_CONFIRMED if given.opt_in else ConfirmationMode.RESOURCE_DEFAULT
    return wished_status(confirmation, given.opt_in, requires_double_opt_in=resource.requires_double_opt_in)
