from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from graph.connection import Transaction
from graph.errors import Refusal, UserError
from graph.sending.content import PROPERTIES, Properties
from graph.statements import templates as statements
from graph.templates.template import archived_template, no_such_template
from graph.vocabulary import Channel, UserErrorCode


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """The newest version of a template, and what it is to be filled in with besides what is known of the person."""

    template_id: str
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChosenTemplate:
    """A version of a template as a message keeps it: what it says is not known before it leaves."""

    version_id: str
    channels: frozenset[Channel]
    data: str = field(repr=False)

    def properties(self, channel: Channel) -> Properties:
        """As a message on that channel holds it. Raises ValueError where it cannot go by it."""
        if channel not in self.channels:
            raise ValueError(f"the template has nothing for {channel}")
        return {**dict.fromkeys(PROPERTIES), "templateVersionId": self.version_id, "data": self.data}


async def chosen_template(transaction: Transaction, choice: TemplateChoice) -> ChosenTemplate:
    """Raises Refusal NOT_FOUND, STATE_NOT_ALLOWED for an archived one, CONTENT_INVALID for each name without data."""
    found = await transaction.run(statements.LATEST_VERSION, id=choice.template_id)
    if found is None:
        raise Refusal(no_such_template("content", "template"))
    version_id, channels, required, is_archived = found
    if is_archived:
        raise Refusal(archived_template("content", "template"))
    missing = [name for name in required if name not in choice.data]
    if missing:
        raise Refusal(*map(missing_data, missing))
    return ChosenTemplate(version_id, frozenset(map(Channel, channels)), orjson.dumps(choice.data).decode())


def missing_data(name: str) -> UserError:
    return UserError(UserErrorCode.CONTENT_INVALID, f"The template needs `{name}`; null is something.", ("data", name))
