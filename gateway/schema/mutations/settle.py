from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Coroutine
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from strawberry import UNSET

from gateway.schema.context import Context
from gateway.schema.inputs.late_row import LateRow
from gateway.schema.results import UserError
from graph.errors import Refusal
from graph.errors import UserError as GraphUserError
from graph.idempotency import Done, Guard


@dataclass(frozen=True, slots=True)
class Settled:
    """How a mutation ended: what it wrote, or why it wrote nothing."""

    result: dict[str, Any] | None
    replayed: bool
    user_errors: list[UserError]
    candidates: tuple[str, ...] = ()

    def value(self, name: str) -> Any:
        return None if self.result is None else self.result.get(name)


async def settle(context: Context, work: Coroutine[Any, Any, Done]) -> Settled:
    """Awaits the change and, once it is committed, tells those who listen to the people it touched."""
    try:
        done = await work
    except Refusal as refusal:
        return Settled(None, replayed=False, user_errors=shown(refusal.user_errors), candidates=refusal.candidates)
    for change in done.changes:
        context.changes.publish(change.profile_id, change.revision, change.kinds)
    return Settled(done.result, replayed=done.replayed, user_errors=[])


def shown(user_errors: tuple[GraphUserError, ...]) -> list[UserError]:
    return [
        UserError(
            code=each.code, message=each.message, field=list(each.field) if each.field else None, index=each.index
        )
        for each in user_errors
    ]


def guard(context: Context, mutation: str, given: Any) -> Guard | None:
    """The input's idempotency key as it is kept: neither the key nor the input can be read from the graph.

    The input's hash is keyed with the gateway's secret, which no graph holds: whoever has a copy of the graph cannot
    try guessed addresses against it. The client's key stands in the hash too, so that equal inputs do not look equal.
    """
    client_key: str | None = given.idempotency_key
    if not client_key:
        return None
    scope = f"{context.viewer.id}\n{mutation}\n{client_key}"
    content = json.dumps(_plain(given), sort_keys=True, default=str)
    return Guard(
        key=hashlib.sha256(scope.encode()).hexdigest(),
        input_hash=hmac.new(context.keys.inputs, f"{scope}\n{content}".encode(), hashlib.sha256).hexdigest(),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, LateRow):
        return value.value
    if is_dataclass(value):
        named = ((each.name, getattr(value, each.name)) for each in fields(value))
        return {name: _plain(each) for name, each in named if each is not UNSET and name != "idempotency_key"}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
