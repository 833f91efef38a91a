from __future__ import annotations

from collections import Counter

from gateway.demo.customer import Customer
from gateway.demo.load import families_of
from gateway.demo.person import synthetic_contact
from gateway.imports.invoice import Invoice
from graph.vocabulary import ProfileKind, SubscriptionStatus

_SINCE = 1_291_191_960_000
_UNTIL = 1_301_601_300_000


def customers(many: int) -> list[Customer]:
    return [
        Customer(number, "GB", (Invoice(f"I{number}", number, "United Kingdom", _SINCE, 0, ()),))
        for number in (str(12_000 + each) for each in range(many))
    ]


def test_the_same_customer_is_always_the_same_person() -> None:
    first, second = customers(2)

    assert synthetic_contact(first, None, _UNTIL) == synthetic_contact(first, None, _UNTIL)
    assert synthetic_contact(first, None, _UNTIL) != synthetic_contact(second, None, _UNTIL)


def test_most_people_have_an_address_some_two_and_some_none() -> None:
    contacts = [synthetic_contact(each, None, _UNTIL) for each in customers(1_000)]

    addresses = Counter(len(each.addresses) for each in contacts)
    assert addresses[0] in range(70, 130)
    assert addresses[1] in range(660, 780)
    assert addresses[2] in range(140, 220)
    assert set(addresses) == {0, 1, 2}


def test_the_kind_follows_from_addresses_and_subscriptions() -> None:
    contacts = [synthetic_contact(each, None, _UNTIL) for each in customers(1_000)]

    for contact in contacts:
        subscribed = any(each.status is SubscriptionStatus.SUBSCRIBED for each in contact.subscriptions)
        with_address = ProfileKind.LEAD if contact.addresses else ProfileKind.ANONYMOUS
        assert contact.kind is (ProfileKind.SUBSCRIBER if subscribed else with_address)
    statuses = {each.status for contact in contacts for each in contact.subscriptions}
    assert statuses == set(SubscriptionStatus)


def test_no_letter_can_reach_anybody() -> None:
    contacts = [synthetic_contact(each, None, _UNTIL) for each in customers(1_000)]

    domains = {address.value.rpartition("@")[2] for contact in contacts for address in contact.addresses}
    assert domains == {"example.com", "example.net", "example.org", "mail.example", "office.example"}


def test_a_ledger_begins_with_the_question_and_never_runs_backwards() -> None:
    for contact in (synthetic_contact(each, None, _UNTIL) for each in customers(1_000)):
        for subscription in contact.subscriptions:
            times = [step.at_ms for step in subscription.history]
            assert times == sorted(set(times))
            assert times[0] == subscription.opt_in.at_ms == _SINCE
            assert subscription.history[0].to_status is SubscriptionStatus.UNCONFIRMED


def test_a_family_shares_a_name_and_an_address_that_never_bounces() -> None:
    people = customers(200)
    families = families_of(people)

    assert len(families) == 10
    pair = [synthetic_contact(each, families[each.number], _UNTIL) for each in people[40:42]]
    assert pair[0].last_name == pair[1].last_name
    assert pair[0].addresses[-1] == pair[1].addresses[-1]
    assert pair[0].addresses[-1].value.endswith("@family.example")
    shared = {each.subscriptions[-1].status for each in pair}
    assert shared <= {SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.UNSUBSCRIBED}
