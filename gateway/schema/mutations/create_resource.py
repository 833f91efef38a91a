from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import strawberry

from gateway.schema.context import Context
from gateway.schema.fields import described
from gateway.schema.inputs.fields import INPUT, check_idempotency_key
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.resource import CreateResourceInput, NewCategoryInput
from gateway.schema.mutations.settle import guard, settle
from gateway.schema.payload import refer
from gateway.schema.references import IdentifierInput
from gateway.schema.resource import Resource
from gateway.schema.results import UserError
from graph.delivery import SendingRate
from graph.idempotency import Done
from graph.inbound.keywords import Keyword, bare, keyword
from graph.money import micros_from_decimal
from graph.subscribing.resource import KEY_PATTERN, CreateResource, NewCategory, create_resource
from graph.vocabulary import Channel, IdentifierType, UserErrorCode

_MOST_CATEGORIES = 100
_MOST_WORDS = 50
_LONGEST_WORD = 50
# In messages a second, as for an account.
_SLOWEST = Decimal("0.001")
_FASTEST = Decimal("99999.999")
_LARGEST_BURST = 999_999
_KEY_MEANING = "small letters, digits, '-' and '_', 64 at most"


@strawberry.type(description="The new resource.")
class CreateResourcePayload:
    resource: Resource | None = described("The resource.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


async def resolve(
    info: strawberry.Info[Context], input: Annotated[CreateResourceInput, INPUT]
) -> CreateResourcePayload:
    settled = await settle(info.context, _create(info.context, input))
    return CreateResourcePayload(
        resource=refer(settled.value("resourceId")), user_errors=settled.user_errors, replayed=settled.replayed
    )


async def _create(context: Context, given: CreateResourceInput) -> Done:
    problems = Problems()
    check_idempotency_key(problems, given.idempotency_key)
    command = CreateResource(
        key=problems.pattern(given.key, KEY_PATTERN, _KEY_MEANING, "key"),
        title=problems.text(given.title, "title"),
        channels=tuple(dict.fromkeys(given.channels)),
        sender=_sender(given, problems),
        sender_name=None if given.sender_name is None else problems.text(given.sender_name, "senderName"),
        categories=tuple(_category(n, each, problems) for n, each in enumerate(given.categories or ())),
        require_double_opt_in=given.require_double_opt_in,
        raise_priority_of_new=given.raise_priority_of_new,
        on_unknown=given.on_unknown,
        track_opens=given.track_opens,
        track_clicks=given.track_clicks,
        stop_words=_words(given.stop_words, problems, "stopWords"),
        start_words=_words(given.start_words, problems, "startWords"),
        rate=_rate(given, problems),
    )
    _check_starting(command, problems)
    if not command.channels:
        problems.add(UserErrorCode.REQUIRED, "A resource uses at least one channel.", "channels")
    if len(command.categories) > _MOST_CATEGORIES:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_CATEGORIES} categories.", "categories")
    if len({each.key for each in command.categories}) < len(command.categories):
        problems.add(UserErrorCode.TAKEN, "Two categories have the same key.", "categories")
    problems.refuse()
    return await create_resource(context.graph, command, guard(context, "createResource", given), context.clock.now())


def _sender(given: CreateResourceInput, problems: Problems) -> str | None:
    if given.sender is None:
        if Channel.EMAIL in given.channels:
            problems.add(UserErrorCode.REQUIRED, "A resource that sends e-mail needs a sender.", "sender")
        return None
    found = problems.identifier(IdentifierInput(type=IdentifierType.EMAIL, value=given.sender), "sender")
    return found.value if found else None


def _rate(given: CreateResourceInput, problems: Problems) -> SendingRate | None:
    if given.rate is None:
        if given.burst is not None:
            problems.add(UserErrorCode.INVALID, "Without a rate there is no burst.", "burst")
        return None
    if not _SLOWEST <= given.rate <= _FASTEST or given.rate % _SLOWEST:
        message = f"Must be from {_SLOWEST} to {_FASTEST}, with three decimal places at most."
        problems.add(UserErrorCode.INVALID, message, "rate")
        return None
    burst = max(int(given.rate), 1) if given.burst is None else given.burst
    if not 1 <= burst <= _LARGEST_BURST:
        problems.add(UserErrorCode.INVALID, f"Must be from 1 to {_LARGEST_BURST}.", "burst")
    return SendingRate(micros_from_decimal(given.rate), burst)


def _words(given: list[str] | None, problems: Problems, name: str) -> tuple[str, ...]:
    found = [problems.text(each, name, str(n), longest=_LONGEST_WORD) for n, each in enumerate(given or ())]
    for n, each in enumerate(found):
        if each and not bare(each):
            problems.add(UserErrorCode.INVALID, "Holds neither a letter nor a digit.", name, str(n))
    if len(found) > _MOST_WORDS:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {_MOST_WORDS} words.", name)
    return tuple(dict.fromkeys(found))


def _check_starting(command: CreateResource, problems: Problems) -> None:
    """By its place in what is kept, from which doubles are gone."""
    for n, each in enumerate(command.start_words):
        if keyword(each, command.stop_words) is Keyword.STOP:
            problems.add(UserErrorCode.INVALID, "This word ends a subscription.", "startWords", str(n))


def _category(position: int, given: NewCategoryInput, problems: Problems) -> NewCategory:
    path = ("categories", str(position))
    return NewCategory(
        key=problems.pattern(given.key, KEY_PATTERN, _KEY_MEANING, *path, "key"),
        title=problems.text(given.title, *path, "title"),
        mandatory=given.mandatory,
        joined_by_default=given.joined_by_default,
    )
