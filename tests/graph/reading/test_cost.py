"""What a read may cost is known before anything is asked of the graph. The unit is a row that is read and shown."""

from __future__ import annotations

import pytest

from graph.reading.answer import BadArgument
from graph.reading.compile import LARGEST_COST, compiled
from graph.reading.draft import Caller
from graph.reading.plans import Plans
from graph.selection import Selection
from tests.graph.reading.documents import selections_of, with_slots
from tests.graph.reading.places import CURSORS

_CALLER = Caller(CURSORS)
_PERSON = 'profile(by: {id: "prf_1"})'
_TYPES = "[" + " ".join(f'"t{number}"' for number in range(50)) + "]"

# A person who is looked up is 1, and the answer itself is 1.
COSTS = (
    ("{ __typename }", 1),
    (f"{{ {_PERSON} {{ id firstName createdAt }} }}", 2),
    # So many entries, and one more where the page has to know whether it is the last.
    ("{ messages(first: 7) { nodes { id } } }", 8),
    ("{ messages(first: 7) { nodes { id } pageInfo { endCursor } } }", 9),
    # 2 + 20 for beginning + 10 rows with two links each.
    (f"{{ {_PERSON} {{ subscriptions(first: 10) {{ nodes {{ resource {{ title }} address {{ masked }} }} }} }} }}", 52),
    # 1 + 10 people x (1 + 60 for beginning + 30 for entries of so many members + 20 events with a link each).
    ("{ profiles(first: 10) { nodes { events(first: 20) { nodes { id profile { id } } } } } }", 1_311),
    # 1 + 10 people x (1 + 60 + 30 + 20 + 60 + 7 + 5).
    (
        "{ profiles(first: 10) { nodes { events(first: 20) { nodes { id } } messages(first: 5) { nodes { id } } } } }",
        1_831,
    ),
    # Lists that may hang on a hot node are read whole for each parent.
    ('{ product(by: {id: "pro_1"}) { purchases(first: 1) { nodes { id } } } }', 7),
    ('{ node(id: "idn_1") { ... on Identifier { profiles(first: 1) { nodes { id } } } } }', 1_503),
    # Each kind of entry, and each type of events, is a list of its own underneath.
    (f"{{ {_PERSON} {{ timeline(first: 10) {{ nodes {{ id }} }} }} }}", 482),
    (f'{{ {_PERSON} {{ events(first: 10, types: ["a", "b", "c"]) {{ nodes {{ id }} }} }} }}', 237),
    (f"{{ {_PERSON} {{ events(first: 1, types: {_TYPES}) {{ nodes {{ id }} }} }} }}", 3_053),
    # Counting an index is cheap, and no dearer than its limit.
    (f"{{ {_PERSON} {{ events {{ count(limit: 800) {{ value }} }} }} }}", 11),
    (f"{{ {_PERSON} {{ events(types: {_TYPES}) {{ count(limit: 800) {{ value }} }} }} }}", 1_011),
    (f"{{ {_PERSON} {{ purchases(kinds: [SALE]) {{ count(limit: 800) {{ value }} }} }} }}", 202),
    ("{ profiles { count(limit: 1000) { value } } }", 101),
    # A filter that no index serves looks at a thousand people a page.
    ("{ profiles(filter: {kinds: [LEAD]}, first: 10) { nodes { id } } }", 311),
    ("{ profiles(filter: {purchase: {timesAtLeast: 1}}, first: 10) { nodes { id } } }", 761),
    # So far as purchases are counted, for each of a thousand people.
    ("{ profiles(filter: {purchase: {timesAtLeast: 2}}, first: 10) { nodes { id } } }", 821),
    ("{ profiles(filter: {purchase: {timesAtLeast: 1000}}, first: 10) { nodes { id } } }", 30_761),
    ("{ profiles(filter: {purchase: {timesAtLeast: 0, timesAtMost: 999}}, first: 10) { nodes { id } } }", 30_761),
    # Fifty values that something is compared with are a row.
    (f'{{ profiles(filter: {{attribute: {{key: "a", in: {[*range(5_000)]}}}}}) {{ nodes {{ id }} }} }}', 521),
    # Without an index for it, a search by an attribute looks at people as a filter does.
    ('{ profiles(search: "tier:gold", first: 10) { nodes { id } } }', 411),
    ('{ profiles(search: "ann", first: 10) { nodes { id } } }', 1_011),
    # So many as are asked for, once for each kind.
    ('{ nodes(ids: ["prf_1", "prf_2", "evt_1"]) { id } }', 7),
    # A large text is fifteen rows more.
    (f"{{ {_PERSON} {{ events(first: 10) {{ nodes {{ properties }} }} }} }}", 237),
)


def _cost(selections: tuple[Selection, ...]) -> int:
    plan = compiled(selections, _CALLER)
    return plan.cost.of(plan.parameters(()))


@pytest.mark.parametrize(("document", "cost"), COSTS, ids=[document for document, _ in COSTS])
def test_this_document_costs_so_much(document: str, cost: int) -> None:
    assert _cost(selections_of(document)) == cost


def test_lists_in_lists_multiply() -> None:
    document = "{{ profiles(first: {0}) {{ nodes {{ purchases(first: {1}) {{ nodes {{ id }} }} }} }} }}"
    # 1 + people x (1 + 60 + purchases x 2.5).
    assert _cost(selections_of(document.format(1, 1))) == 64
    assert _cost(selections_of(document.format(100, 1))) == 6_301
    assert _cost(selections_of(document.format(1, 100))) == 312
    assert _cost(selections_of(document.format(100, 100))) == 31_101


_DEEP = """{ profiles(first: $people) { nodes { events(first: $events) { nodes { profile {
    purchases(first: 10) { nodes { id } } } } } } } }"""


def test_what_costs_too_much_is_refused_with_the_number() -> None:
    assert LARGEST_COST == 50_000
    with pytest.raises(BadArgument) as refused:
        _cost(selections_of(_DEEP.replace("$people", "100").replace("$events", "100")))
    assert (refused.value.code, refused.value.path) == ("COST_EXCEEDED", ())
    # 1 + 100 x (1 + 60 + 150 + 100 x (1 + 1 + 60 + 15 + 10)).
    assert refused.value.message == "This may read 891,101 rows; 50,000 are allowed. Ask for shorter lists."


def test_sizes_that_come_with_each_request_are_weighed_with_each_request() -> None:
    plans = Plans(with_slots(_DEEP, ("people", "events")), _CALLER)
    plan = plans.made((1, 1))
    assert plan.cost.of(plan.parameters((1, 1))) == 150
    assert plan.cost.of(plan.parameters((5, 100))) == 44_556
    with pytest.raises(BadArgument, match="53,467 rows"):
        plan.parameters((6, 100))
    assert plans.known((6, 100)) is plan
