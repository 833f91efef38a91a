from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from graph.merging.changes import (
    AbsorbedSubscription,
    CategoryChange,
    MovedSubscription,
    No,
    OptOutChange,
    ParkedRelation,
    SharedIdentifier,
    no_of,
)
from graph.merging.consent import Consent
from graph.merging.fields import PropertyChange
from graph.merging.plan import MergePlan
from graph.merging.sides import Membership, Stored, record_id_of
from graph.vocabulary import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class ConsentMark:
    """A subscription's consent before the merge and after it, and the record of the newest act on it then.

    Another record says that somebody acted since.
    """

    subscription_id: str
    before: Consent
    after: Consent
    record_id: str | None


@dataclass(frozen=True, slots=True)
class StatusMark:
    """The same of the person as a whole."""

    before: SubscriptionStatus
    after: SubscriptionStatus
    record_id: str | None


@dataclass(frozen=True, slots=True)
class UndoLog:
    """What a split plays back. It knows things by their ids, and holds no value or key of any identifier."""

    status: StatusMark
    properties: tuple[PropertyChange, ...]
    moved_identifiers: tuple[str, ...]
    shared_identifiers: tuple[SharedIdentifier, ...]
    moved_subscriptions: tuple[MovedSubscription, ...]
    absorbed: tuple[AbsorbedSubscription, ...]
    # Of every living subscription that the person had after the merge, and of archived ones that it narrowed.
    consents: tuple[ConsentMark, ...]
    categories: tuple[CategoryChange, ...]
    # What each subscription that speaks for another said of categories after the merge.
    memberships: Mapping[str, Mapping[str, Membership]]
    moved_opt_outs: tuple[str, ...]
    raised_opt_outs: tuple[OptOutChange, ...]
    # All that the person had after the merge, as they stood: any other, or one with a later time, was said later.
    opt_outs: Mapping[str, No]
    relations_out: tuple[str, ...]
    relations_in: tuple[str, ...]
    parked_relations: tuple[ParkedRelation, ...]
    # The survivor's own, wherever they are: any other came with the merge or later.
    own_subscriptions: tuple[str, ...]

    @classmethod
    def of(cls, plan: MergePlan) -> Self:
        survivor, loser = plan.survivor, plan.loser
        changed = {each.subscription_id: each for each in plan.consents}
        gone = {each.id for each in plan.absorbed}
        held = [
            each
            for side in (survivor, loser)
            for each in side.subscriptions
            if each.id in changed or not (each.is_archived or each.id in gone)
        ]
        return cls(
            status=StatusMark(survivor.status, plan.status, record_id_of(survivor.act)),
            properties=plan.properties,
            moved_identifiers=plan.moved_identifiers,
            shared_identifiers=plan.shared_identifiers,
            moved_subscriptions=plan.moved_subscriptions,
            absorbed=plan.absorbed,
            consents=tuple(
                ConsentMark(
                    each.id,
                    each.consent,
                    changed[each.id].after if each.id in changed else each.consent,
                    record_id_of(each.act),
                )
                for each in held
            ),
            categories=plan.categories,
            memberships=_memberships(plan),
            moved_opt_outs=plan.moved_opt_outs,
            raised_opt_outs=plan.raised_opt_outs,
            opt_outs=_opt_outs(plan),
            relations_out=plan.relations_out,
            relations_in=plan.relations_in,
            parked_relations=plan.parked_relations,
            own_subscriptions=tuple(each.id for each in survivor.subscriptions),
        )

    def to_json(self) -> str:
        return json.dumps(
            {
                "status": [self.status.before, self.status.after, self.status.record_id],
                "properties": [each.to_json() for each in self.properties],
                "movedIdentifiers": self.moved_identifiers,
                "sharedIdentifiers": [
                    [each.id, _stored(each.edge), each.verified_at and each.verified_at.to_json()]
                    for each in self.shared_identifiers
                ],
                "movedSubscriptions": [
                    [each.id, each.priority_before, each.priority_after, each.is_archived]
                    for each in self.moved_subscriptions
                ],
                "absorbed": [[each.id, each.by] for each in self.absorbed],
                "consents": [
                    [each.subscription_id, _consent(each.before), _consent(each.after), each.record_id]
                    for each in self.consents
                ],
                "categories": [
                    [
                        each.subscription_id,
                        each.category_id,
                        each.before and each.before.to_json(),
                        each.after.to_json(),
                    ]
                    for each in self.categories
                ],
                "memberships": {
                    id_: {category: each.to_json() for category, each in said.items()}
                    for id_, said in self.memberships.items()
                },
                "movedOptOuts": self.moved_opt_outs,
                "raisedOptOuts": [[each.id, _said(each.before), _said(each.after)] for each in self.raised_opt_outs],
                "optOuts": {id_: _said(each) for id_, each in self.opt_outs.items()},
                "relationsOut": self.relations_out,
                "relationsIn": self.relations_in,
                "parkedRelations": [[each.id, each.from_id] for each in self.parked_relations],
                "ownSubscriptions": self.own_subscriptions,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        log = json.loads(text)
        before, after, record_id = log["status"]
        return cls(
            status=StatusMark(SubscriptionStatus(before), SubscriptionStatus(after), record_id),
            properties=tuple(map(PropertyChange.from_json, log["properties"])),
            moved_identifiers=tuple(log["movedIdentifiers"]),
            shared_identifiers=tuple(
                SharedIdentifier(id_, _properties(edge), Stored.from_json(verified_at))
                for id_, edge, verified_at in log["sharedIdentifiers"]
            ),
            moved_subscriptions=tuple(MovedSubscription(*each) for each in log["movedSubscriptions"]),
            absorbed=tuple(AbsorbedSubscription(*each) for each in log["absorbed"]),
            consents=tuple(
                ConsentMark(id_, _consent_of(earlier), _consent_of(later), record)
                for id_, earlier, later, record in log["consents"]
            ),
            categories=tuple(_category(*each) for each in log["categories"]),
            memberships={
                id_: {category: Membership(*each) for category, each in said.items()}
                for id_, said in log["memberships"].items()
            },
            moved_opt_outs=tuple(log["movedOptOuts"]),
            raised_opt_outs=tuple(
                OptOutChange(id_, _no(before), _no(after)) for id_, before, after in log["raisedOptOuts"]
            ),
            opt_outs={id_: _no(each) for id_, each in log["optOuts"].items()},
            relations_out=tuple(log["relationsOut"]),
            relations_in=tuple(log["relationsIn"]),
            parked_relations=tuple(ParkedRelation(*each) for each in log["parkedRelations"]),
            own_subscriptions=tuple(log["ownSubscriptions"]),
        )


def _memberships(plan: MergePlan) -> dict[str, dict[str, Membership]]:
    speaking = {each.by for each in plan.absorbed}
    said = {each.id: dict(each.categories) for each in plan.survivor.living if each.id in speaking}
    for change in plan.categories:
        said[change.subscription_id][change.category_id] = change.after
    return said


def _opt_outs(plan: MergePlan) -> dict[str, No]:
    said = {each.id: no_of(each) for each in plan.survivor.opt_outs}
    said |= {each.id: each.after for each in plan.raised_opt_outs}
    return said | {each.id: no_of(each) for each in plan.loser.opt_outs if each.id in plan.moved_opt_outs}


def _stored(properties: Mapping[str, Stored]) -> dict[str, list[Any]]:
    return {name: value.to_json() for name, value in properties.items()}


def _properties(rows: Mapping[str, list[Any]]) -> dict[str, Stored]:
    return {name: Stored(kind, value) for name, (kind, value) in rows.items()}


def _consent(consent: Consent) -> list[Any]:
    return [consent.status, consent.suspended_until, consent.expires_at]


def _consent_of(row: list[Any]) -> Consent:
    return Consent(SubscriptionStatus(row[0]), row[1], row[2])


def _category(subscription_id: str, category_id: str, before: list[Any] | None, after: list[Any]) -> CategoryChange:
    later = Membership(*after)
    return CategoryChange(subscription_id, category_id, Membership.from_json(before), later)


def _said(no: No) -> list[Any]:
    return [no.since_ms, list(no.lifted)]


def _no(pair: Sequence[Any]) -> No:
    return No(pair[0], tuple(pair[1]))
