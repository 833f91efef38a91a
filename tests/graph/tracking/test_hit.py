"""Which opens and clicks count, and how many of a letter are kept."""

from __future__ import annotations

import pytest

from graph.message_states import Happening
from graph.receipts.receipt import ReceiptSource
from graph.tracking.hit import MOST_KEPT, Hit, HitFate, HitKind, HitLetter
from graph.vocabulary import Channel, MessageState

SENT_AT = 1_700_000_000_000
URL = "https://shop.example/offer"


def letter(sent_at: int | None = SENT_AT, state: MessageState = MessageState.SENT) -> HitLetter:
    return HitLetter(state, sent_at, {})


def hit(kind: HitKind, after_ms: int = 60_000, machine: str | None = None) -> Hit:
    return Hit(kind, "msg_1", SENT_AT + after_ms, URL if kind is HitKind.CLICK else None, machine)


@pytest.mark.parametrize(
    ("kind", "fate", "happening", "raw"),
    [
        (HitKind.OPEN, "open", Happening.OPENED, ""),
        (HitKind.CLICK, "click", Happening.CLICKED, '{"url":"https://shop.example/offer"}'),
    ],
)
def test_what_people_do_is_told_of_their_message(kind: HitKind, fate: str, happening: Happening, raw: str) -> None:
    given = hit(kind)
    found, told = letter().judge(given)

    assert told is not None
    receipt = told.receipt
    assert (found, told.source) == (fate, ReceiptSource(Channel.EMAIL, "customer_graph"))
    assert (receipt.event_id, receipt.kind, receipt.happening) == (given.id, fate, happening)
    assert (receipt.message_id, receipt.at_ms, receipt.reason, receipt.raw) == ("msg_1", SENT_AT + 60_000, None, raw)


@pytest.mark.parametrize(("kind", "fate"), [(HitKind.OPEN, "open.bot"), (HitKind.CLICK, "click.bot")])
@pytest.mark.parametrize(
    ("after_ms", "machine", "reason"),
    [
        (60_000, "gave no user agent", "gave no user agent"),
        (1_999, None, "came as soon as it was sent"),
        (-5_000, None, "came as soon as it was sent"),
    ],
)
def test_what_machines_do_is_kept_and_changes_nothing(
    kind: HitKind, fate: str, after_ms: int, machine: str | None, reason: str
) -> None:
    found, told = letter().judge(hit(kind, after_ms, machine))

    assert told is not None
    assert (found, told.receipt.kind, told.receipt.happening, told.receipt.reason) == (fate, fate, None, reason)


def test_two_seconds_after_sending_somebody_may_have_looked() -> None:
    assert letter().judge(hit(HitKind.OPEN, 2_000))[0] is HitFate.OPENED


@pytest.mark.parametrize(
    ("state", "fate"),
    [
        (MessageState.SENDING, HitFate.OPENED_BY_MACHINE),
        # Its answer was lost, so nobody knows when it was sent; that it was is told by this.
        (MessageState.UNKNOWN, HitFate.OPENED),
        (MessageState.QUEUED, HitFate.OPENED),
    ],
)
def test_a_letter_that_is_being_handed_over_has_no_reader_yet(state: MessageState, fate: HitFate) -> None:
    assert letter(None, state).judge(hit(HitKind.OPEN))[0] is fate


def test_so_many_of_each_kind_are_kept_and_no_kind_takes_the_place_of_another() -> None:
    one = letter()
    fates = [one.judge(hit(HitKind.OPEN)) for _ in range(MOST_KEPT + 50)]

    assert [fate for fate, _ in fates] == [HitFate.OPENED] * MOST_KEPT + [HitFate.TOO_MANY] * 50
    assert all(told is None for _, told in fates[MOST_KEPT:])
    assert one.judge(hit(HitKind.OPEN, machine="x"))[0] is HitFate.OPENED_BY_MACHINE
    assert one.judge(hit(HitKind.CLICK))[0] is HitFate.CLICKED


def test_each_hit_is_another_event() -> None:
    assert len({hit(HitKind.OPEN).id for _ in range(100)}) == 100
