"""What histories are made of, as Hypothesis draws it. Plain numbers choose among what there is at that moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from hypothesis import strategies as st

from graph.vocabulary import ConfirmationMode

SECOND, HOUR, DAY = 1_000, 3_600_000, 24 * 3_600_000
# Whether a resource asks for a confirmation by itself.
RESOURCES: Final = {"shop": False, "club": True}
ANY: Final = st.integers(0, 11)


class Kind(Enum):
    """A step of a history."""

    TRACK = auto()
    SUBSCRIBE = auto()
    CONFIRM = auto()
    LEAVE_SUBSCRIPTION = auto()
    LEAVE_CATEGORY = auto()
    LEAVE_RESOURCE = auto()
    LEAVE_CHANNEL = auto()
    LEAVE_EVERYTHING = auto()
    SUSPEND = auto()
    RESUME = auto()
    BOUNCE = auto()
    COMPLAIN = auto()
    IDENTIFY = auto()
    SIGN_OUT = auto()
    MERGE = auto()
    SPLIT = auto()
    ERASE = auto()
    WAIT = auto()


# What closes an address or a person for good is drawn seldom, or soon nothing is left that could change.
_TIMES: Final = {
    Kind.TRACK: 4,
    Kind.SUBSCRIBE: 8,
    Kind.CONFIRM: 5,
    Kind.SUSPEND: 3,
    Kind.RESUME: 2,
    Kind.IDENTIFY: 6,
    Kind.MERGE: 7,
    Kind.SPLIT: 6,
    Kind.WAIT: 2,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscribe. `opt_in_age` is how long ago the person agreed, None where nobody knows of it. Times are in ms.

    A negative age is that of a clock which runs ahead.
    """

    who: int
    address: int
    resource: str
    opt_in_age: int | None
    confirmation: ConfirmationMode
    resubscribe: bool
    lift: bool
    lasts: int | None


ASKED: Final = st.builds(
    Asked,
    who=ANY,
    address=ANY,
    resource=st.sampled_from(sorted(RESOURCES)),
    opt_in_age=st.sampled_from((0, None, 2 * SECOND, 0, 30 * DAY, -HOUR)),
    confirmation=st.sampled_from(ConfirmationMode),
    resubscribe=st.booleans(),
    lift=st.booleans(),
    lasts=st.sampled_from((None, HOUR, None, 2 * DAY)),
)
# As a person subscribes who was never here before.
FIRST: Final = st.builds(
    Asked,
    who=st.integers(0, 2),
    address=ANY,
    resource=st.sampled_from(sorted(RESOURCES)),
    opt_in_age=st.sampled_from((0, 30 * DAY)),
    confirmation=st.sampled_from((ConfirmationMode.ALREADY_CONFIRMED, ConfirmationMode.RESOURCE_DEFAULT)),
    resubscribe=st.just(value=False),
    lift=st.just(value=False),
    lasts=st.sampled_from((None, 2 * DAY)),
)
# On which devices somebody was seen of whom nobody knows more.
VISITS: Final = st.lists(st.integers(0, 2), max_size=2)


@dataclass(frozen=True, slots=True)
class Step:
    """`which` and `other` choose among what there is, `is_proven` and `passed` (in ms) say how."""

    kind: Kind
    which: int
    other: int
    is_proven: bool
    passed: int


def _step(kind: Kind) -> st.SearchStrategy[Step | Asked]:
    if kind is Kind.SUBSCRIBE:
        return ASKED
    passed = st.sampled_from((HOUR, DAY, 5 * DAY))
    return st.builds(Step, kind=st.just(kind), which=ANY, other=ANY, is_proven=st.booleans(), passed=passed)


# A rule for each kind would leave some out of each history, which Hypothesis does with rules, and repeat others.
STEPS: Final = st.sampled_from([kind for kind in Kind for _ in range(_TIMES.get(kind, 1))]).flatmap(_step)
