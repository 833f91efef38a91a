from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message; it is never handed over again.

    `moved_to` is the address that it was taken for, where the provider said that the one we have is no longer its own.
    """

    answer: str
    provider_id: str | None = None
    moved_to: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not taken now. `after_ms` is what the provider asked us to wait, None where it said nothing.

    `elsewhere` where not this message is at fault but the provider or our account there: another account may take it.
    `others_may_leave` where that account may all the same be well for other messages. `at_fault` where who was to take
    it is, though another account would not help. `unasked` where nobody was asked, so that it says nothing of anybody.
    """

    answer: str
    after_ms: int | None = None
    elsewhere: bool = False
    others_may_leave: bool = False
    at_fault: bool = False
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Never taken. `suppress` where the answer says that the address itself is dead.

    `opted_out` where it says that the person told the provider STOP.
    """

    answer: str
    suppress: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may have been taken: the answer was lost after everything had been sent.

    `at_fault` where the provider is, as far as can be seen: this try goes to no other account, but those after it may.
    """

    answer: str
    at_fault: bool = False


# Answers are short and hold no address: they are stored, logged and shown.
Outcome: TypeAlias = Accepted | Deferred | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Paced:
    """Not tried, because the account may not send so fast, or rests. It is no try: nothing of it is recorded."""

    answer: str
    after_ms: int
    is_resting: bool = False
