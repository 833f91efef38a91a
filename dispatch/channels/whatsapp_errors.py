"""What the error codes of the WhatsApp Cloud API mean for a message that was to be sent.

Their texts are ours: those of the provider hold numbers of phones and change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dispatch.http_client import HttpAnswer
from dispatch.json_object import JsonObject
from dispatch.outcome import Deferred, Outcome, Refused

# Our account, our number there, or Meta: another account may take the message.
_ONLY_LISTED: Final = 131_030
_OURS: Final = {
    0: "the login failed",
    1: "an unknown fault of the API",
    2: "the API is down or overloaded",
    3: "a permission is missing",
    10: "a permission is missing",
    33: "our phone number was deleted",
    102: "the login failed",
    190: "the access token has expired",
    368: "our account is blocked for a violation of policies",
    2500: "the address of the API is wrong",
    131000: "an unknown fault of the API",
    131005: "a permission is missing",
    131016: "the API is down or overloaded",
    _ONLY_LISTED: "our account may write to the numbers on its list only",
    131031: "our account is locked",
    131037: "the name of our phone number is not approved",
    131042: "our account cannot pay",
    131045: "our phone number is not registered",
    131048: "our phone number was reported as spam too often",
    131057: "our account is in maintenance",
    131064: "our account was limited for wrongly classified templates",
    133000: "our phone number is not registered",
    133004: "the API is down or overloaded",
    133006: "our phone number is not registered",
    133010: "our phone number is not registered",
    133015: "our phone number is not registered",
    134011: "our account has not accepted the terms of payments",
    2494100: "our phone number is in maintenance",
}
# Whatever else the codes from 200 to 299 may be, each is a permission that was not given.
_PERMISSIONS: Final = range(200, 300)
# What is asked for has gone or may not be seen: with the number that is asked, this is ours.
_INVALID_PARAMETER: Final = 100
_NO_SUCH_OBJECT: Final = 33

_TOO_FAST: Final = {
    4: "too many calls",
    17: "too many calls",
    341: "too many calls",
    80007: "too many calls",
    130429: "too many messages",
    131056: "too many messages to this number",
    131049: "Meta holds back what this person gets of marketing",
    132015: "the template rests, since too many people did not want it",
}
# Whoever gets too much of marketing is to be left alone for a day; a template rests for three hours the first time.
_WAITS_MS: Final = {131049: 24 * 3_600_000, 132015: 3 * 3_600_000}

_REFUSED: Final = {
    100: "a parameter is wrong, or this is no number on WhatsApp",
    130472: "this number is part of an experiment of Meta",
    130497: "our account may not write to this country",
    131008: "a parameter is missing",
    131009: "a parameter is wrong",
    131021: "the number is our own",
    131026: "undeliverable",
    131047: "more than 24 hours since this person wrote last",
    131050: "this person wants no marketing",
    131051: "this kind of message is not known",
    131052: "a file could not be fetched",
    131053: "a file could not be stored",
    131055: "only marketing may be sent here",
    131063: "no marketing may be sent here",
    132000: "the template has another number of variables",
    132001: "there is no such template, or none that is approved in this language",
    132005: "the template is too long with these values",
    132007: "what stands in the template is against a policy",
    132012: "a variable of the template has another form",
    132016: "the template was switched off, since too many people did not want it",
    132018: "what stands in a variable of the template is wrong",
    135000: "a parameter is wrong",
}

# No number on WhatsApp, or an old program, or terms not accepted. The last two may change, so one of these does not
# make an address dead; many do.
_UNDELIVERABLE: Final = 131026

_NOT_ALLOWED: Final = frozenset({401, 403, 404})
_TOO_MANY: Final = 429
_CLIENT_FAULT: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class WhatsappError:
    """`code` is None where there is none. `subcode` tells two faults of the same code apart."""

    code: int | None
    subcode: int | None = None
    transient: bool = False

    @classmethod
    def of(cls, error: JsonObject) -> WhatsappError:
        return cls(error.number("code"), error.number("error_subcode"), error.fields.get("is_transient") is True)

    @property
    def is_ours(self) -> bool:
        if self.code == _INVALID_PARAMETER:
            return self.subcode == _NO_SUCH_OBJECT
        return self.code is not None and (self.code in _OURS or self.code in _PERMISSIONS)

    @property
    def is_too_fast(self) -> bool:
        return self.code in _TOO_FAST

    @property
    def is_soft(self) -> bool:
        """It speaks against the number itself. That our account cannot pay does not."""
        return self.code == _UNDELIVERABLE

    @property
    def phrase(self) -> str:
        """The code with what it means; empty without one."""
        if self.code is None:
            return ""
        if self.code == _INVALID_PARAMETER and self.is_ours:
            return f"{self.code} our phone number is not there or not ours"
        if self.code in _PERMISSIONS:
            return f"{self.code} a permission is missing"
        said = (_OURS | _TOO_FAST | _REFUSED).get(self.code)
        return f"code {self.code}" if said is None else f"{self.code} {said}"

    def outcome(self, answer: HttpAnswer) -> Outcome:
        """A code that is known says more than the status of HTTP, which is not the same for all of them."""
        status, said = answer.status, self.phrase or str(answer.status)
        if self.is_ours:
            others = self.code == _ONLY_LISTED
            return Deferred(said, answer.retry_after_ms, elsewhere=True, others_may_leave=others)
        if self.is_too_fast:
            return Deferred(said, answer.retry_after_ms or _WAITS_MS.get(self.code or 0))
        if self.code in _REFUSED:
            return Refused(said)
        if status == _TOO_MANY:
            return Deferred(said, answer.retry_after_ms)
        if self.transient or status in _NOT_ALLOWED or status not in _CLIENT_FAULT:
            return Deferred(said, answer.retry_after_ms, elsewhere=True)
        return Refused(said)
