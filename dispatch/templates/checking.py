"""What can be known of a template before it is rendered: whether all that it names will be there."""

from __future__ import annotations

from dataclasses import dataclass, field

from liquid.exceptions import LiquidError

from dispatch.templates.compiled import Compiled
from dispatch.templates.fault import TemplateFault, line_of
from graph.templates.known import ATTRIBUTES, DATA, FREE, KNOWN, WHOLE


@dataclass(slots=True)
class Named:
    """What a text names: `data` that has to be given, attributes with the line where each is first, and faults."""

    data: set[str] = field(default_factory=set)
    attributes: dict[str, int] = field(default_factory=dict)
    faults: list[TemplateFault] = field(default_factory=list)


def named_in(text: Compiled) -> Named:
    found = Named()
    try:
        uses = text.template.analyze(include_partials=False).globals
    except (LiquidError, RecursionError):
        found.faults.append(TemplateFault("This is no Liquid that is known here."))
        return found
    for root, places in uses.items():
        for use in places:
            line = line_of(text.source, use.span.index)
            name = use.segments[1] if len(use.segments) > 1 else None
            if (message := _fault_of(root, name)) is not None:
                found.faults.append(TemplateFault(message, line))
            elif root == DATA and use.span.index not in text.optional:
                found.data.add(str(name))
            elif root == ATTRIBUTES:
                found.attributes.setdefault(str(name), line)
    return found


def _fault_of(root: str, name: object) -> str | None:
    if root not in KNOWN:
        return "Names a variable that is not known here."
    if root in WHOLE:
        return None
    if not isinstance(name, str):
        return f"Says `{root}` without what of it."
    return None if root in FREE or name in KNOWN[root] else f"`{root}` has no such field."
