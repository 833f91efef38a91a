"""Which arguments of which field are refused, before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.oracle import orders
from tests.oracle.asking import Asking, refusal
from tests.oracle.filtering import is_too_large
from tests.oracle.ordering import Order
from tests.oracle.paging import is_count, is_place, is_size

Arguments = Mapping[str, Any]
# Gives the codes of all that is wrong: a reader may meet any of them first.
Check = Callable[[Asking, Arguments], Iterator[str]]

_MOST_IDS = 100
_LONGEST_SEARCH = 100
_MOST_TYPES = 50
_WAYS_TO_REACH_SOMEBODY = frozenset({"EMAIL", "PHONE", "PUSH_TOKEN", "TELEGRAM", "WHATSAPP", "VIBER", "URL"})


def wrong(asked: Asking, type_name: str, field: str, arguments: Arguments) -> Iterator[str]:
    if type_name.endswith("Connection") and field == "count":
        yield from _bad(not is_count(arguments["limit"]))
    elif (type_name, field) in _CHECKS:
        yield from _CHECKS[type_name, field](asked, arguments)


def check(asked: Asking, type_name: str, field: str, arguments: Arguments) -> None:
    """Raises GraphQLError with the code of the first refusal."""
    for code in wrong(asked, type_name, field, arguments):
        raise refusal(code, field)


def _paged(order: Order) -> Check:
    return lambda asked, arguments: _page(asked, order, arguments)


def _page(asked: Asking, order: Order, arguments: Arguments) -> Iterator[str]:
    sizes = [arguments[name] for name in ("first", "last") if arguments.get(name) is not None]
    yield from _bad(len(sizes) > 1 or not all(map(is_size, sizes)))
    for name in ("after", "before"):
        if arguments.get(name) is not None and not is_place(asked, order, arguments[name]):
            yield "CURSOR_INVALID"


def _profiles(asked: Asking, arguments: Arguments) -> Iterator[str]:
    search, given, by = arguments.get("search"), arguments.get("filter"), arguments.get("orderBy")
    field = by["field"] if by else "CREATED_AT"
    yield from _bad(not _is_search(search))
    yield from _bad(given is not None and is_too_large(given))
    if (search is not None or field == "LAST_NAME") and not asked.sees_pii:
        yield "FORBIDDEN"
    yield from _page(asked, orders.PEOPLE[field], arguments)


def _products(asked: Asking, arguments: Arguments) -> Iterator[str]:
    yield from _bad(not _is_search(arguments.get("search")))
    yield from _page(asked, orders.PRODUCTS, arguments)


def _person(asked: Asking, arguments: Arguments) -> Iterator[str]:
    given = arguments["by"].get("identifier")
    return iter(()) if given is None else _identifier(asked, {"by": given})


def _identifier(asked: Asking, arguments: Arguments) -> Iterator[str]:
    if arguments["by"]["type"] in _WAYS_TO_REACH_SOMEBODY and not asked.sees_pii:
        yield "FORBIDDEN"


def _events(asked: Asking, arguments: Arguments) -> Iterator[str]:
    yield from _bad(len(set(arguments.get("types") or ())) > _MOST_TYPES)
    yield from _page(asked, orders.EVENTS, arguments)


def _nodes(_asked: Asking, arguments: Arguments) -> Iterator[str]:
    yield from _bad(len(arguments["ids"]) > _MOST_IDS)


def _is_search(text: str | None) -> bool:
    return text is None or 1 <= len(text) <= _LONGEST_SEARCH


def _bad(is_bad: bool) -> Iterator[str]:  # noqa: FBT001  # The condition is all there is to say.
    if is_bad:
        yield "BAD_ARGUMENT"


_CHECKS: dict[tuple[str, str], Check] = {
    **{place: _paged(order) for place, order in orders.OF_LIST.items()},
    ("Profile", "events"): _events,
    ("Query", "identifier"): _identifier,
    ("Query", "nodes"): _nodes,
    ("Query", "profile"): _person,
    ("Query", "profiles"): _profiles,
    ("Query", "products"): _products,
}
