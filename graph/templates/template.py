from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from graph.connection import Graph, Transaction
from graph.errors import ConstraintViolated, Refusal, UserError
from graph.idempotency import Done, Guard, once
from graph.ids import IdPrefix, new_id
from graph.sending.content import Content
from graph.statements import templates as statements
from graph.templates.known import Past
from graph.templates.stored import content, properties
from graph.vocabulary import UserErrorCode


@dataclass(frozen=True, slots=True)
class Checked:
    """Content whose texts are templates, looked through.

    `required` are the names in `data` that have to be given, `past` is what has to be looked up of the person.
    """

    content: Content
    required: frozenset[str]
    past: frozenset[Past] = frozenset()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """What `row` was written as. A version from before there was a past to name has none."""
        return cls(content(row), frozenset(row["required"]), frozenset(map(Past, row["past"] or ())))

    def row(self, now_ms: int) -> dict[str, object]:
        """The parameters of a statement that writes it as a version."""
        return {
            "versionId": new_id(IdPrefix.TEMPLATE_VERSION, now_ms),
            "channels": sorted(self.content.channels),
            "required": sorted(self.required),
            "past": sorted(self.past),
            "content": properties(self.content),
            "now": now_ms,
        }


@dataclass(frozen=True, slots=True)
class CreateTemplate:
    key: str
    title: str
    checked: Checked


@dataclass(frozen=True, slots=True)
class UpdateTemplate:
    """None leaves alone what is there."""

    template_id: str
    title: str | None = None
    checked: Checked | None = None
    if_version: int | None = None


async def create_template(graph: Graph, command: CreateTemplate, guard: Guard | None, now_ms: int) -> Done:
    """The result holds `templateId`. Raises Refusal TAKEN where the key is in use."""

    async def work(transaction: Transaction) -> Done:
        return await create_template_in(transaction, command, now_ms)

    try:
        return await once(graph, guard, now_ms, work)
    except ConstraintViolated:
        raise Refusal(UserError(UserErrorCode.TAKEN, "A template with this key exists.", ("key",))) from None


async def create_template_in(transaction: Transaction, command: CreateTemplate, now_ms: int) -> Done:
    template_id, _ = await transaction.run(
        statements.CREATE_TEMPLATE,
        id=new_id(IdPrefix.TEMPLATE, now_ms),
        key=command.key,
        title=command.title,
        **command.checked.row(now_ms),
    )
    return Done({"templateId": template_id})


async def update_template(graph: Graph, command: UpdateTemplate, guard: Guard | None, now_ms: int) -> Done:
    """New content is a new version; what is queued keeps the one it was queued with. The result holds `templateId`.

    Raises Refusal NOT_FOUND, STATE_NOT_ALLOWED for an archived one, REVISION_CHANGED for another version than expected.
    """

    async def work(transaction: Transaction) -> Done:
        return await update_template_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def update_template_in(transaction: Transaction, command: UpdateTemplate, now_ms: int) -> Done:
    found = await transaction.run(statements.LOCK_TEMPLATE, id=command.template_id)
    if found is None:
        raise Refusal(no_such_template("template"))
    version, is_archived = found
    if is_archived:
        raise Refusal(archived_template("template"))
    if command.if_version is not None and command.if_version != version:
        message = f"The template is at version {version} by now."
        raise Refusal(UserError(UserErrorCode.REVISION_CHANGED, message, ("ifVersion",)))
    if command.title is not None:
        await transaction.run(statements.SET_TITLE, id=command.template_id, title=command.title, now=now_ms)
    if command.checked is not None:
        await transaction.run(statements.ADD_VERSION, id=command.template_id, **command.checked.row(now_ms))
    return Done({"templateId": command.template_id})


async def archive_template(graph: Graph, template_id: str, guard: Guard | None, now_ms: int) -> Done:
    """Nothing new is sent by it from now on; what is queued is. A second time changes nothing.

    The result holds `templateId`. Raises Refusal NOT_FOUND.
    """

    async def work(transaction: Transaction) -> Done:
        return await archive_template_in(transaction, template_id, now_ms)

    return await once(graph, guard, now_ms, work)


async def archive_template_in(transaction: Transaction, template_id: str, now_ms: int) -> Done:
    if await transaction.run(statements.ARCHIVE_TEMPLATE, id=template_id, now=now_ms) is None:
        raise Refusal(no_such_template("template"))
    return Done({"templateId": template_id})


def no_such_template(*path: str) -> UserError:
    return UserError(UserErrorCode.NOT_FOUND, "No such template.", path)


def archived_template(*path: str) -> UserError:
    return UserError(UserErrorCode.STATE_NOT_ALLOWED, "The template is archived.", path)
