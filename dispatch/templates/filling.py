from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dispatch.templates.fault import TemplateFault
from dispatch.templates.rendering import rendered
from graph.connection import Graph
from graph.delivery import Delivery
from graph.sending.content import Properties
from graph.templates.facts import facts_of_messages, values, versions
from graph.templates.template import Checked

# A version never changes; so many are kept, and forgotten all at once.
_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Filled:
    """Deliveries that say something, what templates made of them by message, and why others cannot be sent."""

    deliveries: Sequence[Delivery]
    contents: Mapping[str, Properties]
    reasons: Mapping[str, str]


@dataclass(slots=True)
class Filling:
    """Puts what is true now into the templates of messages. Those without one cost nothing."""

    graph: Graph
    _versions: dict[str, Checked] = field(default_factory=dict)

    async def fill(self, deliveries: Sequence[Delivery], now_ms: int) -> Filled:
        """Raises GraphError where the graph fails. Between two templates other work gets its turn."""
        asked = {each.message_id: each.template_version_id for each in deliveries if each.template_version_id}
        if not asked:
            return Filled(deliveries, {}, {})
        contents = await self._contents(asked.values())
        past = {message_id: contents[each].past for message_id, each in asked.items() if each in contents}
        facts = await facts_of_messages(self.graph, past)
        made: dict[str, Properties] = {}
        reasons: dict[str, str] = {}
        for each in deliveries:
            if (version_id := each.template_version_id) is None:
                continue
            try:
                checked, row = contents.get(version_id), facts.get(each.message_id)
                made[each.message_id] = _filled(each, checked, row, now_ms)
            except TemplateFault as fault:
                reasons[each.message_id] = str(fault)
            await asyncio.sleep(0)
        said = [_saying(each, made.get(each.message_id)) for each in deliveries if each.message_id not in reasons]
        return Filled(said, made, reasons)

    async def _contents(self, ids: Iterable[str]) -> Mapping[str, Checked]:
        missing = {each for each in ids if each not in self._versions}
        if missing:
            found = await versions(self.graph, missing)
            if len(self._versions) > _KEPT:
                self._versions = {each: self._versions[each] for each in ids if each in self._versions}
            self._versions.update(found)
        return self._versions


def _filled(delivery: Delivery, checked: Checked | None, row: Mapping[str, Any] | None, now_ms: int) -> Properties:
    if checked is None or row is None:
        raise TemplateFault("The template is gone.")
    try:
        known = values(row, delivery.channel, delivery.leave_url, now_ms)
    except ValueError:
        raise TemplateFault("What is known of the person cannot be shown.") from None
    return rendered(checked.content, delivery.channel, known)


def _saying(delivery: Delivery, said: Properties | None) -> Delivery:
    if said is None:
        return delivery
    return replace(
        delivery,
        subject=said["subject"],
        text=said["text"],
        html=said["html"],
        url=said["url"],
        icon=said["icon"],
        payload=said["payload"],
    )
