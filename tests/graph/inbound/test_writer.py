"""Who of several wrote, by every rule in turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.inbound.place import Answered, Place, Seat
from graph.inbound.writer import Writer, writer_at

ANNS = Seat("sub_a", "ann", "res_shop", 0, is_listed=True)
BOBS = Seat("sub_b", "bob", "res_shop", 0, is_listed=True)
BOTH = {"ann": 2, "bob": 1}
ANSWERED = Answered("msg_1", "ann", "sub_a", "res_shop", is_test=False)


@pytest.mark.parametrize(
    ("place", "writer"),
    [
        (Place(), Writer(None)),
        (Place(holders={"ann": 1}), Writer("ann")),
        (Place(seats=(ANNS,), holders={"ann": 1}), Writer("ann", "sub_a")),
        # The answered message decides, unless its person has the address no more.
        (Place(ANSWERED, (ANNS, replace(BOBS, last_sent_ms=9)), BOTH), Writer("ann", "sub_a")),
        (Place(replace(ANSWERED, subscription_id=None), (ANNS, BOBS), BOTH), Writer("ann", "sub_a")),
        (Place(replace(ANSWERED, subscription_id=None), (BOBS,), BOTH), Writer("ann")),
        (Place(ANSWERED, (ANNS, BOBS), {"bob": 1}), Writer("bob", "sub_b")),
        (Place(ANSWERED, (ANNS,), {}), Writer(None)),
        (Place(replace(ANSWERED, profile_id=None), (BOBS,), {"bob": 1}), Writer("bob", "sub_b")),
        # Then what was sent last.
        (Place(None, (replace(ANNS, last_sent_ms=5), BOBS), BOTH), Writer("ann", "sub_a", is_of_several=True)),
        (
            Place(None, (replace(ANNS, last_sent_ms=5), replace(BOBS, last_sent_ms=6)), BOTH),
            Writer("bob", "sub_b", is_of_several=True),
        ),
        # Then the priority.
        (Place(None, (ANNS, replace(BOBS, priority=1)), BOTH), Writer("ann", "sub_a", is_of_several=True)),
        # Then who has had it longest, and of two of one instant whose id comes first.
        (Place(None, (ANNS, BOBS), BOTH), Writer("bob", "sub_b", is_of_several=True)),
        (Place(None, (), {"bob": 1, "ann": 1}), Writer("ann", is_of_several=True)),
        # Who is subscribed goes before who only has it; what was archived does not count.
        (Place(None, (ANNS,), BOTH), Writer("ann", "sub_a", is_of_several=True)),
        (Place(None, (replace(ANNS, is_listed=False),), BOTH), Writer("bob", is_of_several=True)),
    ],
)
def test_the_rules_in_turn(place: Place, writer: Writer) -> None:
    assert writer_at(place) == writer
    assert writer_at(replace(place, seats=place.seats[::-1])) == writer
