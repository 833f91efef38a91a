from __future__ import annotations

from graph.identifiers import IdentifierValue, identifier
from graph.people.device import Handover, IdentifyOutcome, decide
from graph.vocabulary import IdentifierType

COOKIE = identifier(IdentifierType.COOKIE, "web", "c1")
DEVICE = identifier(IdentifierType.DEVICE, "app", "d1")
EMAIL = identifier(IdentifierType.EMAIL, "", "ann@example.com")
KNOWN = "prf_known"


def outcome(owners: dict[IdentifierValue, set[str]], identified: set[str], *, proven: bool = True) -> IdentifyOutcome:
    by_key = {value.key: people for value, people in owners.items()}
    return decide(list(owners), by_key, identified, KNOWN, is_proven=proven).outcome


def test_what_becomes_of_a_value_depends_on_whose_it_was_and_on_the_proof() -> None:
    assert outcome({COOKIE: set()}, set()) is IdentifyOutcome.LINKED
    assert outcome({COOKIE: {KNOWN}}, {KNOWN}) is IdentifyOutcome.ALREADY_KNOWN
    assert outcome({COOKIE: {"prf_visitor"}}, {KNOWN}) is IdentifyOutcome.MERGED
    assert outcome({COOKIE: {"prf_bob"}}, {"prf_bob"}) is IdentifyOutcome.HANDED_OVER
    assert outcome({COOKIE: {"prf_visitor"}}, set(), proven=False) is IdentifyOutcome.LINKED
    assert outcome({COOKIE: {"prf_bob"}}, {"prf_bob"}, proven=False) is IdentifyOutcome.LINKED


def test_an_address_of_another_known_person_is_shared_and_not_handed_over() -> None:
    decided = decide([EMAIL], {EMAIL.key: {"prf_bob"}}, {"prf_bob"}, KNOWN, is_proven=True)

    assert (decided.merged, decided.handed_over, decided.linked) == ((), (), (EMAIL,))


def test_each_visitor_is_merged_once_and_in_order() -> None:
    owners = {COOKIE.key: {"prf_2", "prf_1"}, DEVICE.key: {"prf_2", "prf_bob", KNOWN}}

    decided = decide([COOKIE, DEVICE], owners, {"prf_bob", KNOWN}, KNOWN, is_proven=True)

    assert decided.merged == ("prf_1", "prf_2")
    assert decided.handed_over == (Handover(DEVICE.key, "prf_bob"),)
    assert decided.linked == (COOKIE,)
