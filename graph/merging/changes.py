"""What a merge changes, one kind after the other: each holds what it takes to undo it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.consent.evidence import Evidence
from graph.merging.consent import Consent
from graph.merging.sides import HeldOptOut, Membership, Stored


@dataclass(frozen=True, slots=True)
class SharedIdentifier:
    """Both have it: the survivor's edge stays, and is verified if either was, since `verified_at`.

    `edge` are the properties of the loser's.
    """

    id: str
    edge: Mapping[str, Stored]
    verified_at: Stored | None


@dataclass(frozen=True, slots=True)
class MovedSubscription:
    id: str
    priority_before: int
    priority_after: int
    is_archived: bool


@dataclass(frozen=True, slots=True)
class AbsorbedSubscription:
    """The loser's subscription at the same place: from now on `by` speaks for it."""

    id: str
    by: str


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """How a subscription that stays is narrowed. `grant` is the wider side's evidence, kept in the ledger.

    Where both agree there is none of these. Where the other side was the wider one, before and after are equal.
    """

    subscription_id: str
    before: Consent
    after: Consent
    grant: Evidence | None


@dataclass(frozen=True, slots=True)
class CategoryChange:
    subscription_id: str
    category_id: str
    before: Membership | None
    after: Membership


@dataclass(frozen=True, slots=True)
class No:
    """Since when somebody says no, and what was lifted from it."""

    since_ms: int
    lifted: tuple[str, ...] = ()

    def with_that_of(self, other: No) -> No:
        """Both said no to the same: only newer evidence than either gets round it, and only what both lifted is."""
        lifted = tuple(each for each in self.lifted if each in other.lifted)
        return No(max(self.since_ms, other.since_ms), lifted)


@dataclass(frozen=True, slots=True)
class OptOutChange:
    id: str
    before: No
    after: No


@dataclass(frozen=True, slots=True)
class ParkedRelation:
    """A relation that would be one of the person to themselves, or stand twice: the loser keeps it, where none looks.

    `from_id` is whose it was.
    """

    id: str
    from_id: str


def no_of(opt_out: HeldOptOut) -> No:
    return No(opt_out.since_ms, opt_out.lifted)
