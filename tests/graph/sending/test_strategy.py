from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.reach import ReachFacts
from graph.sending.strategy import AddressOrder, Candidate, choose
from graph.vocabulary import Channel, Gate, MessagePurpose, SubscriptionStatus

NOW = 1_790_000_000_000


def candidate(name: str, priority: int, status: SubscriptionStatus, created: int = 0) -> Candidate:
    return Candidate(name, Channel.EMAIL, priority, created, ReachFacts(SubscriptionStatus.SUBSCRIBED, status))


def test_the_first_reachable_address_in_the_order_is_taken() -> None:
    gone = candidate("gone", 0, SubscriptionStatus.UNSUBSCRIBED)
    home = candidate("home", 1, SubscriptionStatus.SUBSCRIBED, created=1)
    work = candidate("work", 2, SubscriptionStatus.SUBSCRIBED, created=2)

    by_priority = choose([work, gone, home], AddressOrder.PRIORITY, MessagePurpose.MARKETING, NOW)
    newest = choose([work, gone, home], AddressOrder.LAST, MessagePurpose.MARKETING, NOW)

    assert by_priority.candidate == home
    assert newest.candidate == work


def test_without_any_address_the_gate_says_so() -> None:
    choice = choose([], AddressOrder.PRIORITY, MessagePurpose.MARKETING, NOW)

    assert (choice.candidate, choice.verdict.refused_by) == (None, Gate.NO_SUBSCRIPTION)


def test_where_none_is_reachable_the_first_ones_gate_is_named() -> None:
    gone = candidate("gone", 0, SubscriptionStatus.COMPLAINED)

    choice = choose([gone], AddressOrder.PRIORITY, MessagePurpose.TRANSACTIONAL, NOW)

    assert (choice.candidate, choice.verdict.refused_by) == (None, Gate.SUBSCRIPTION_STATUS)


ALIKE = [candidate(str(n), n // 2, SubscriptionStatus.SUBSCRIBED, n // 3) for n in range(8)]


@given(st.permutations(ALIKE))
def test_the_choice_does_not_depend_on_the_order_of_the_answer(candidates: list[Candidate]) -> None:
    assert choose(candidates, AddressOrder.PRIORITY, MessagePurpose.MARKETING, NOW).candidate == ALIKE[0]
    assert choose(candidates, AddressOrder.LAST, MessagePurpose.MARKETING, NOW).candidate == ALIKE[6]
