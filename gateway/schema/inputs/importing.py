from __future__ import annotations

import strawberry

from gateway.schema.inputs.address import AddressInput, addressed
from gateway.schema.inputs.attribute import CHANGES, AttributeChange, attribute_changes
from gateway.schema.inputs.category import CategoryRef
from gateway.schema.inputs.fields import ROWS, required, test_field
from gateway.schema.inputs.late_row import read_late
from gateway.schema.inputs.problems import Problems, category_reference, resource_reference
from gateway.schema.inputs.profile import ProfileFieldsInput, profile_fields
from gateway.schema.inputs.subscription import EvidenceInput, check_priority, evidence
from gateway.schema.references import IdentifierInput, ResourceRef
from gateway.schema.scalars import DateTime
from graph.errors import Refusal, UserError
from graph.importing.row import ImportedProfile, ImportedSubscription
from graph.people.attribute_change import AttributeOperation
from graph.people.upsert import UpsertMode
from graph.vocabulary import IdentifierType, SubscriptionStatus, UserErrorCode

_MOST_SUBSCRIPTIONS = 50
_MOST_CATEGORIES = 100


@strawberry.input(description="An address of the row's person at a resource.")
class ImportSubscriptionInput:
    resource: ResourceRef = required("At what.")
    address: AddressInput = required("Where. It becomes an identifier of the person, and never decides who that is.")
    status: SubscriptionStatus = strawberry.field(
        default=SubscriptionStatus.SUBSCRIBED,
        description="What the source knows. What is there already gets stricter by it and never opens again; only "
        "UNCONFIRMED becomes SUBSCRIBED by an `optIn` that is newer. Where the person opted out, a new address takes "
        "an `optIn` that is newer. Where the resource asks for a confirmation, SUBSCRIBED without `optIn` is kept as "
        "UNCONFIRMED.",
    )
    opt_in: EvidenceInput | None = strawberry.field(default=None, description="How the person agreed.")
    priority: int | None = strawberry.field(
        default=None, description="0 is the highest. Left out, the resource says where a new one comes."
    )
    categories: list[CategoryRef] | None = strawberry.field(
        default=None, description="Kinds of content that the subscriber joined explicitly."
    )
    consent_expires_at: DateTime | None = strawberry.field(
        default=None, description="When the consent runs out, in the future."
    )


@read_late
@strawberry.input(
    description="A person, by any number of identifiers, with what is known of them and where they subscribed."
)
class ImportProfileInput:
    identifiers: list[IdentifierInput] = required("Who it is. New ones are added to the person.")
    match_on: list[IdentifierType] | None = strawberry.field(
        default=None, description="Only identifiers of these types decide who it is; the others are just added."
    )
    mode: UpsertMode = strawberry.field(
        default=UpsertMode.UPSERT, description="Whether a person may be made, or changed, or both."
    )
    status: SubscriptionStatus | None = strawberry.field(
        default=None,
        description="That of the person as a whole. It gets stricter by an import, and never allows more than before.",
    )
    set: ProfileFieldsInput | None = strawberry.field(default=None, description="Fields to set.")
    attributes: list[AttributeChange] | None = strawberry.field(default=None, description=CHANGES)
    subscriptions: list[ImportSubscriptionInput] | None = strawberry.field(
        default=None, description=f"Where the person subscribed, at most {_MOST_SUBSCRIPTIONS}."
    )
    is_test: bool = test_field()


@strawberry.input(description="A batch of people. Imports start no workflow.")
class ImportProfilesInput:
    rows: list[ImportProfileInput] = required(ROWS)
    skip_invalid_subscriptions: bool = strawberry.field(
        default=False,
        description="Leaves out a subscription that cannot be, like one at an unknown resource, names it in the errors "
        "of the row and keeps the rest; otherwise such a row is refused. What the person's own no stands against is "
        "always left out, and named.",
    )
    idempotency_key: str = required(
        "Makes it safe to send the same again: for 48 hours the first answer is given, and nothing is done twice."
    )


def imported_profile(index: int, given: ImportProfileInput, *, skip_invalid_subscriptions: bool) -> ImportedProfile:
    """Raises Refusal with everything that is wrong with the row, except for what is skipped."""
    problems = Problems(index)
    of_subscriptions = Problems(index) if skip_invalid_subscriptions else problems
    if given.match_on is not None and not given.match_on:
        problems.add(UserErrorCode.INVALID, "Leave it out, or name at least one type.", "matchOn")
    subscriptions = given.subscriptions or []
    if len(subscriptions) > _MOST_SUBSCRIPTIONS:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_SUBSCRIPTIONS} subscriptions.", "subscriptions")
    checked = [_subscription(each, of_subscriptions, n) for n, each in enumerate(subscriptions[:_MOST_SUBSCRIPTIONS])]
    row = ImportedProfile(
        index=index,
        identifiers=problems.identifiers(given.identifiers, "identifiers"),
        fields=profile_fields(given.set, problems),
        attributes=attribute_changes(given.attributes, problems),
        mode=given.mode,
        match_on=None if given.match_on is None else frozenset(given.match_on),
        is_test=given.is_test,
        status=given.status,
        subscriptions=tuple(each for each in checked if each is not None),
        left_out=tuple(of_subscriptions.found) if skip_invalid_subscriptions else (),
    )
    problems.refuse()
    return row


def refuse_increments(row: ImportedProfile) -> None:
    """For whoever may send a row again after a batch that broke off: it would count twice. Raises Refusal INVALID."""
    wrong = [
        UserError(
            UserErrorCode.INVALID,
            "A list that may be sent again cannot increment: it would count twice. `startImport` takes it.",
            ("attributes", str(position)),
            row.index,
        )
        for position, change in enumerate(row.attributes)
        if change.operation is AttributeOperation.INCREMENT
    ]
    if wrong:
        raise Refusal(*wrong)


def _subscription(given: ImportSubscriptionInput, problems: Problems, position: int) -> ImportedSubscription | None:
    """None where anything is wrong with it, which is then among the problems."""
    path = ("subscriptions", str(position))
    before = len(problems.found)
    address = addressed(given.address, problems, *path, "address")
    opt_in = None if given.opt_in is None else evidence(given.opt_in, problems, *path, "optIn")
    if given.priority is not None:
        check_priority(problems, given.priority, *path)
    if given.categories and len(given.categories) > _MOST_CATEGORIES:
        message = f"At most {_MOST_CATEGORIES} categories."
        problems.add(UserErrorCode.LIMIT_EXCEEDED, message, *path, "categories")
    if address is None or len(problems.found) > before:
        return None
    return ImportedSubscription(
        resource=resource_reference(given.resource),
        channel=address.channel,
        address=address.identifier,
        status=given.status,
        opt_in=opt_in,
        priority=given.priority,
        categories=tuple(category_reference(each) for each in given.categories or ()),
        consent_expires_at_ms=given.consent_expires_at,
        push=address.push,
    )
