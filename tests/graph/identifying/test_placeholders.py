from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.identifiers import identifier
from graph.identifying.placeholders import BlockedValue, blocked_value, blocking_keys, is_placeholder
from graph.vocabulary import IdentifierType

EMAIL, PHONE, EXTERNAL = IdentifierType.EMAIL, IdentifierType.PHONE, IdentifierType.EXTERNAL


@pytest.mark.parametrize(
    "value", ["null", "0", "0000", "Anonymous", "undefined", "00000000-0000-0000-0000-000000000000"]
)
def test_placeholders_identify_nobody(value: str) -> None:
    assert is_placeholder(identifier(EXTERNAL, "shop", value))


def test_a_test_mailbox_is_a_placeholder_and_a_person_is_not() -> None:
    assert is_placeholder(identifier(EMAIL, "", "test@example.com"))
    assert not is_placeholder(identifier(EMAIL, "", "tess@example.com"))


@pytest.mark.parametrize(
    ("kind", "given_value", "blocked"),
    [
        (None, " NoReply@* ", BlockedValue(EMAIL, "noreply@*")),
        (EMAIL, "noreply@*", BlockedValue(EMAIL, "noreply@*")),
        (EMAIL, "Till@Shop.Example", BlockedValue(EMAIL, "till@shop.example")),
        (None, "Till@Shop.Example", BlockedValue(None, "till@shop.example")),
        (None, "+44 20 7946 0000", BlockedValue(None, "+442079460000")),
        (None, "N.N.", BlockedValue(None, "n.n.")),
        (EXTERNAL, "99999", BlockedValue(EXTERNAL, "99999")),
    ],
)
def test_what_is_blocked_is_brought_into_the_form_that_it_is_compared_in(
    kind: IdentifierType | None, given_value: str, blocked: BlockedValue
) -> None:
    assert blocked_value(kind, given_value) == blocked


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(PHONE, "noreply@*"), (EMAIL, "*@*"), (None, "@*"), (None, "a b@*"), (None, " "), (EMAIL, "nobody"), (PHONE, "1")],
)
def test_what_could_never_block_anything_is_refused(kind: IdentifierType | None, wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        blocked_value(kind, wrong)


def test_a_mailbox_is_blocked_at_every_domain_and_no_other_mailbox_with_it() -> None:
    pattern = blocked_value(None, "noreply@*").key

    assert pattern in blocking_keys(identifier(EMAIL, "", "NoReply@shop.example"))
    assert pattern not in blocking_keys(identifier(EMAIL, "", "noreply2@shop.example"))
    assert pattern not in blocking_keys(identifier(IdentifierType.CUSTOM, "", "noreply@shop.example"))


def test_a_value_of_one_type_is_not_blocked_in_another_and_one_of_no_type_is_blocked_in_all() -> None:
    cards = identifier(EXTERNAL, "shop", "99999"), identifier(EXTERNAL, "crm", "99999")
    custom = identifier(IdentifierType.CUSTOM, "", "99999")

    typed, untyped = blocked_value(EXTERNAL, "99999").key, blocked_value(None, "99999").key

    assert [typed in blocking_keys(each) for each in (*cards, custom)] == [True, True, False]
    assert [untyped in blocking_keys(each) for each in (*cards, custom)] == [True, True, True]


@given(st.sampled_from(IdentifierType), st.text(max_size=40) | st.emails())
def test_whatever_is_an_identifier_can_be_blocked_as_it_is(kind: IdentifierType, value: str) -> None:
    try:
        found = identifier(kind, "", value)
    except ValueError:
        return

    if found.value.endswith("@*"):
        return  # Such a text is read as a pattern.
    assert blocked_value(kind, value).key in blocking_keys(found)
    if kind in {EMAIL, PHONE}:
        assert blocked_value(None, value).key in blocking_keys(found)
