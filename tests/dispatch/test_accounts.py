from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from dispatch.accounts import Accounts, Answered
from dispatch.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from graph.delivery import Delivery, PushTarget
from graph.reach import ReachFacts
from graph.vocabulary import Channel, MessagePurpose, PushProvider, SubscriptionStatus

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


@dataclass(slots=True)
class AppAccount(Account):
    """Only for one provider's devices."""

    only: PushProvider = PushProvider.APNS

    def takes(self, delivery: Delivery) -> bool:
        return delivery.push.provider is self.only


def device(provider: PushProvider | None) -> Delivery:
    return replace(LETTER, channel=Channel.MOBILE_PUSH, push=PushTarget(provider))


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


async def test_an_account_that_is_not_for_a_device_is_passed_over_without_a_fault() -> None:
    apple, google = (
        AppAccount("apple", Accepted("ok")),
        AppAccount("google", Accepted("ok"), only=PushProvider.FIREBASE),
    )
    both = Accounts.of([apple, google])

    for _ in range(5):
        assert await both.send(device(PushProvider.FIREBASE)) == Answered("google", Accepted("ok"))
    assert await both.send(device(PushProvider.APNS)) == Answered("apple", Accepted("ok"))

    assert (len(apple.sent), len(google.sent)) == (1, 5)


async def test_what_fails_goes_only_to_accounts_that_are_for_it() -> None:
    first, other, second = (
        AppAccount("first", DOWN),
        AppAccount("other", Accepted("ok"), only=PushProvider.FIREBASE),
        AppAccount("second", Accepted("ok")),
    )

    assert await Accounts.of([first, other, second]).send(device(PushProvider.APNS)) == Answered(
        "second", Accepted("ok")
    )
    assert other.sent == []


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        (PushProvider.HUAWEI, "no account for HUAWEI"),
        (PushProvider.RUSTORE, "no account for RUSTORE"),
        (None, "no account for what this address is of"),
    ],
)
async def test_what_no_account_is_for_is_refused(provider: PushProvider | None, answer: str) -> None:
    apple = AppAccount("apple", Accepted("ok"))

    assert await Accounts.of([apple]).send(device(provider)) == Answered("mobile_push", Refused(answer))
    assert apple.sent == []
