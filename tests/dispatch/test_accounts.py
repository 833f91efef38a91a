from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from dispatch.accounts import Accounts, Answered
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from graph.delivery import Delivery
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, SubscriptionStatus

LETTER = Delivery(
    message_id="msg_1",
    channel=Channel.SMS,
    purpose=MessagePurpose.MARKETING,
    attempt=1,
    facts=ReachFacts(SubscriptionStatus.SUBSCRIBED, SubscriptionStatus.SUBSCRIBED),
    address="+442079460000",
    sender="Shop",
)
DOWN = Deferred("503", elsewhere=True)


@dataclass(slots=True)
class Account:
    provider: str
    outcome: Outcome
    sent: list[str] = field(default_factory=list)
    is_closed: bool = False

    async def send(self, delivery: Delivery) -> Outcome:
        self.sent.append(delivery.message_id)
        return self.outcome

    async def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize(
    "outcome", [Accepted("ok"), Refused("no"), Unknown("lost"), Deferred("busy with this one"), Deferred("429", 5_000)]
)
async def test_what_the_first_account_says_of_a_message_stands(outcome: Outcome) -> None:
    first, second = Account("first", outcome), Account("second", Accepted("ok"))

    assert await Accounts.of([first, second]).send(LETTER) == Answered("first", outcome)
    assert second.sent == []


async def test_what_the_first_account_cannot_take_goes_to_the_next() -> None:
    first, second = Account("first", DOWN), Account("second", Accepted("ok"))

    assert await Accounts.of([first, second]).send(LETTER) == Answered("second", Accepted("ok"))
    assert (first.sent, second.sent) == (["msg_1"], ["msg_1"])


async def test_an_account_that_fails_again_and_again_is_left_alone() -> None:
    first, second = Account("first", DOWN), Account("second", Accepted("ok"))
    both = Accounts.of([first, second])

    for _ in range(10):
        await both.send(LETTER)

    assert (len(first.sent), len(second.sent)) == (3, 10)


async def test_an_account_that_works_now_and_then_is_kept() -> None:
    first, second = Account("first", DOWN), Account("second", Accepted("ok"))
    both = Accounts.of([first, second])

    for number in range(12):
        first.outcome = Accepted("ok") if number % 3 == 2 else DOWN
        await both.send(LETTER)

    assert (len(first.sent), len(second.sent)) == (12, 8)


async def test_where_all_fail_the_last_answer_stands_and_one_is_tried_each_time() -> None:
    only = Account("only", DOWN)
    alone = Accounts.of([only])

    answers = [await alone.send(LETTER) for _ in range(5)]

    assert answers == [Answered("only", DOWN)] * 5
    assert len(only.sent) == 5


async def test_all_are_closed() -> None:
    both = [Account("first", DOWN), Account("second", DOWN)]

    await Accounts.of(both).close()

    assert [each.is_closed for each in both] == [True, True]
