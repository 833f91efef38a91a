from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from dispatch.accounts import Accounts, Admitted, Answered
from dispatch.outcome import Accepted, Deferred, Outcome, Paced, Refused, Unknown
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
SILENT = Unknown("no answer in time", at_fault=True)


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


class ScatteredAccount(Account):
    """Each address is a server."""

    def place(self, delivery: Delivery) -> str:
        return delivery.address or ""


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


async def test_an_account_that_never_answers_is_left_alone_as_well() -> None:
    first, second = Account("first", SILENT), Account("second", Accepted("ok"))
    both = Accounts.of([first, second])

    answers = [await both.send(LETTER) for _ in range(10)]

    # What it may have taken goes to nobody else.
    assert answers == [Answered("first", SILENT)] * 3 + [Answered("second", Accepted("ok"))] * 7
    assert (len(first.sent), len(second.sent)) == (3, 7)


async def test_a_second_try_goes_to_an_account_that_works_and_not_again_to_a_dead_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("dispatch.accounts.monotonic", lambda: now)
    first, second = Account("first", SILENT), Account("second", Accepted("ok"))
    both = Accounts.of([first, second])
    for _ in range(3):
        await both.send(LETTER)

    for attempt in range(2, 8):
        now += 60.0
        assert await both.send(replace(LETTER, attempt=attempt)) == Answered("second", Accepted("ok"))
    # A first try may still find out that it works again.
    first.outcome = Accepted("ok")
    assert await both.send(LETTER) == Answered("first", Accepted("ok"))
    assert (len(first.sent), len(second.sent)) == (4, 6)


@pytest.mark.parametrize("outcome", [DOWN, SILENT])
async def test_what_only_a_broken_account_could_take_waits_untried(outcome: Outcome) -> None:
    only = Account("only", outcome)
    alone = Accounts.of([only])
    assert not alone.are_doubtful()

    answers = [(await alone.send(LETTER)).outcome for _ in range(5)]

    assert answers[:3] == [outcome] * 3
    assert all(isinstance(each, Paced) and each.is_resting and 0 < each.after_ms <= 1_500 for each in answers[3:])
    assert isinstance(await alone.admit(LETTER), Paced)
    assert (len(only.sent), alone.are_resting(), alone.are_doubtful()) == (3, True, True)


async def test_one_message_alone_tries_whether_an_account_works_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("dispatch.accounts.monotonic", lambda: now)
    only = Account("only", DOWN)
    alone = Accounts.of([only])
    for _ in range(3):
        await alone.send(LETTER)
    now += 1.0
    assert not alone.are_resting()

    first, *others = [await alone.admit(LETTER) for _ in range(100)]
    assert isinstance(first, Admitted)
    assert all(isinstance(each, Paced) for each in others)
    assert alone.are_resting()

    only.outcome = Accepted("ok")
    assert await alone.send(LETTER, first) == Answered("only", Accepted("ok"))
    assert all(isinstance(each, Admitted) for each in [await alone.admit(LETTER) for _ in range(100)])
    assert (alone.are_resting(), alone.are_doubtful()) == (False, False)


async def test_a_provider_that_is_silent_is_left_alone_before_it_has_had_all_its_time() -> None:
    may_speak = asyncio.Event()

    class SilentAccount(Account):
        async def send(self, delivery: Delivery) -> Outcome:
            await may_speak.wait()
            return await Account.send(self, delivery)

    only = SilentAccount("only", Accepted("ok"))
    alone = Accounts.of([only], lease_ms=300)
    waiting = [asyncio.create_task(alone.send(LETTER)) for _ in range(3)]
    async with asyncio.timeout(5):
        while not alone.are_resting():  # noqa: ASYNC110  # Nobody is told of it.
            await asyncio.sleep(0.01)
    assert not any(each.done() for each in waiting)

    # That it answers after all ends the rest.
    may_speak.set()
    assert [await each for each in waiting] == [Answered("only", Accepted("ok"))] * 3
    assert not alone.are_doubtful()
    assert isinstance(await alone.admit(LETTER), Admitted)


@dataclass(slots=True)
class SlowAccount(Account):
    """Answers after so many seconds, each message by itself."""

    seconds: float = 0.0

    async def send(self, delivery: Delivery) -> Outcome:
        await asyncio.sleep(self.seconds)
        return await Account.send(self, delivery)


async def test_one_message_without_an_answer_is_one_fault_and_not_two() -> None:
    only = SlowAccount("only", SILENT, seconds=0.1)
    alone = Accounts.of([only], lease_ms=300)

    for _ in range(2):
        await alone.send(LETTER)
    assert (alone.are_resting(), alone.are_doubtful()) == (False, False)
    await alone.send(LETTER)
    assert (alone.are_resting(), alone.are_doubtful()) == (True, True)


async def test_an_account_that_is_slow_with_many_but_answers_is_not_left_alone() -> None:
    room, doubts = asyncio.Semaphore(5), list[bool]()

    class Crowded(SlowAccount):
        async def send(self, delivery: Delivery) -> Outcome:
            async with room:
                outcome = await SlowAccount.send(self, delivery)
            doubts.append(alone.are_doubtful())
            return outcome

    only = Crowded("only", Accepted("ok"), seconds=0.03)
    # Most of them wait longer than the 100 ms for which one may be silent, and there is an answer all the time.
    alone = Accounts.of([only], lease_ms=600)
    answers = await asyncio.gather(*(alone.send(LETTER) for _ in range(100)))

    assert answers == [Answered("only", Accepted("ok"))] * 100
    assert doubts == [False] * 100


async def test_what_nobody_was_asked_neither_ends_a_rest_nor_begins_one() -> None:
    unasked = Deferred("all connections are taken", unasked=True)
    only = Account("only", unasked)
    alone = Accounts.of([only])
    for _ in range(5):
        assert await alone.send(LETTER) == Answered("only", unasked)
    assert not alone.are_doubtful()

    only.outcome = DOWN
    waiting = [await alone.admit(LETTER) for _ in range(4)]
    for each in waiting[:3]:
        assert isinstance(each, Admitted)
        await alone.send(LETTER, each)
    only.outcome = unasked
    assert isinstance(waiting[3], Admitted)
    await alone.send(LETTER, waiting[3])
    assert (alone.are_resting(), alone.are_doubtful()) == (True, True)


async def test_where_the_second_rests_as_well_what_the_first_said_stands() -> None:
    both = [Account("first", DOWN), Account("second", DOWN)]
    accounts = Accounts.of(both)

    answers = [(await accounts.send(LETTER)).outcome for _ in range(5)]

    assert answers[:3] == [DOWN] * 3
    assert all(isinstance(each, Paced) for each in answers[3:])
    assert [len(each.sent) for each in both] == [3, 3]


async def test_what_others_may_leave_by_is_not_left_alone() -> None:
    only = Account("only", replace(DOWN, others_may_leave=True))
    alone = Accounts.of([only])

    assert [(await alone.send(LETTER)).outcome for _ in range(5)] == [only.outcome] * 5
    assert not alone.are_doubtful()


async def test_where_addresses_have_servers_of_their_own_only_the_dead_one_is_left_alone() -> None:
    only = ScatteredAccount("only", SILENT)
    alone = Accounts.of([only])
    dead, well = replace(LETTER, address="dead"), replace(LETTER, address="well")

    answers = [(await alone.send(dead)).outcome for _ in range(5)]
    only.outcome = Accepted("ok")
    others = [(await alone.send(well)).outcome for _ in range(5)]

    assert answers[:3] == [SILENT] * 3
    assert all(isinstance(each, Paced) for each in answers[3:])
    assert others == [Accepted("ok")] * 5
    assert (alone.are_resting(), alone.are_doubtful()) == (False, False)


async def test_an_account_that_took_long_to_fail_leaves_no_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0

    class SlowAccount(Account):
        async def send(self, delivery: Delivery) -> Outcome:
            nonlocal now
            now += 1.6
            return await Account.send(self, delivery)

    monkeypatch.setattr("dispatch.accounts.monotonic", lambda: now)
    first, second = SlowAccount("first", DOWN), Account("second", Accepted("ok"))

    assert await Accounts.of([first, second], lease_ms=30_000).send(LETTER) == Answered("first", DOWN)
    assert second.sent == []
    assert await Accounts.of([first, second], lease_ms=60_000).send(LETTER) == Answered("second", Accepted("ok"))


async def test_a_dead_provider_of_some_devices_does_not_hold_back_the_others() -> None:
    apple = AppAccount("apple", SILENT)
    google = AppAccount("google", Accepted("ok"), only=PushProvider.FIREBASE)
    both = Accounts.of([apple, google])
    for _ in range(3):
        await both.send(device(PushProvider.APNS))

    assert isinstance(await both.admit(device(PushProvider.APNS)), Paced)
    assert isinstance(await both.admit(device(PushProvider.FIREBASE)), Admitted)
    assert (both.are_resting(), both.are_doubtful()) == (False, False)


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
