"""What can be known of a template before it is rendered: whether all that it names will be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from liquid.exceptions import LiquidError

from dispatch.templates.compiled import Compiled
from dispatch.templates.fault import TemplateFault, line_of
from dispatch.templates.items import faults_of_items
from graph.templates.known import ATTRIBUTES, DATA, FREE, KNOWN, LAST_PURCHASE, LINES, LISTS, PAST, WHOLE, Past

_SIZE: Final = "size"


@dataclass(slots=True)
class Named:
    """What a text names, and its faults.

    `data` has to be given, `past` to be looked up, attributes are there with the line where each is first.
    """

    data: set[str] = field(default_factory=set)
    past: set[Past] = field(default_factory=set)
    attributes: dict[str, int] = field(default_factory=dict)
    faults: list[TemplateFault] = field(default_factory=list)


def named_in(text: Compiled) -> Named:
    found = Named()
    try:
        analysis = text.template.analyze(include_partials=False)
    except (LiquidError, RecursionError):
        found.faults.append(TemplateFault("This is no Liquid that is known here."))
        return found
    for places in analysis.globals.values():
        for use in places:
            _note(found, text, use.segments, use.span.index)
    for place, message in sorted(faults_of_items(text.template, frozenset(analysis.locals)).items()):
        found.faults.append(TemplateFault(message, line_of(text.source, place)))
    return found


def _note(found: Named, text: Compiled, segments: Sequence[Any], place: int) -> None:
    """What a variable that no tag made says of what is needed."""
    root, is_optional, line = segments[0], place in text.optional, line_of(text.source, place)
    if (message := _fault_of(segments, is_optional=is_optional)) is not None:
        found.faults.append(TemplateFault(message, line))
    elif root == DATA and not is_optional:
        found.data.add(str(segments[1]))
    elif root == ATTRIBUTES:
        found.attributes.setdefault(str(segments[1]), line)
    elif root in PAST:
        found.past.add(PAST[root])


def _fault_of(segments: Sequence[Any], *, is_optional: bool) -> str | None:
    root = segments[0]
    if root not in KNOWN:
        return "Names a variable that is not known here."
    if root in WHOLE:
        return None
    if root in PAST:
        return _fault_of_past(segments, is_optional=is_optional)
    name = segments[1] if len(segments) > 1 else None
    if not isinstance(name, str):
        return f"Says `{root}` without what of it."
    return None if root in FREE or name in KNOWN[root] else f"`{root}` has no such field."


def _fault_of_past(segments: Sequence[Any], *, is_optional: bool) -> str | None:
    """Of what somebody may never have done no field can be counted on, and no item of a list either."""
    root, *rest = segments
    if root == LAST_PURCHASE and not is_optional:
        return f"Not everybody has bought something: ask for it by `if {LAST_PURCHASE}`, or give a `default`."
    is_list, after = (root,) in LISTS, rest
    if root == LAST_PURCHASE and rest[:1] == [LINES]:
        is_list, after = True, rest[1:]
    if is_list:
        return None if after in ([], [_SIZE]) else f"The items of `{root}` are come by with `for` or a filter."
    return None if not rest or (len(rest) == 1 and rest[0] in KNOWN[root]) else f"`{root}` has no such field."
