"""What the mutations that change one subscription have in common."""

from __future__ import annotations

from typing import Any, TypeVar

import strawberry

from gateway.schema.fields import described
from gateway.schema.inputs.problems import Problems
from gateway.schema.inputs.subscription_change import LONGEST_REASON
from gateway.schema.mutations.settle import Settled
from gateway.schema.payload import refer
from gateway.schema.results import UserError
from gateway.schema.subscription import ChannelSubscription
from graph.vocabulary import RowOutcome


@strawberry.type
class ChangedSubscription:
    """Each mutation's payload has these fields and a name of its own."""

    subscription: ChannelSubscription | None = described("The subscription as it is now.")
    outcome: RowOutcome | None = described("UPDATED, or UNCHANGED where it was already so.")
    user_errors: list[UserError] = described("What is wrong with the input; then nothing was changed.")
    replayed: bool = described("Whether this is the answer to an earlier request with the same key.")


PayloadT = TypeVar("PayloadT", bound=ChangedSubscription)


def answered(payload: type[PayloadT], settled: Settled, **more: Any) -> PayloadT:
    return payload(
        subscription=refer(settled.value("subscriptionId")),
        outcome=settled.value("outcome"),
        user_errors=settled.user_errors,
        replayed=settled.replayed,
        **more,
    )


def reason(given: str | None, problems: Problems) -> str | None:
    return None if given is None else problems.words(given, "reason", longest=LONGEST_REASON)
