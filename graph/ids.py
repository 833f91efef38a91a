from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

# Crockford's alphabet keeps the order of numbers in the order of text, and has no letters that are mistaken for digits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_TIME_LENGTH = 10
_RANDOM_LENGTH = 16
_PAIR_BITS = 10
_PAIR_MASK = 2**_PAIR_BITS - 1
_TIME_SHIFTS = range(5 * (_TIME_LENGTH - 2), -1, -_PAIR_BITS)
_RANDOM_SHIFTS = range(5 * (_RANDOM_LENGTH - 2), -1, -_PAIR_BITS)


class IdPrefix(StrEnum):
    """The type of a node, readable from its id, so that `node(id:)` needs no table."""

    PROFILE = "prf"
    IDENTIFIER = "idn"
    SUBSCRIPTION = "sub"
    RESOURCE = "res"
    CATEGORY = "cat"
    EVENT = "evt"
    PURCHASE = "pur"
    PRODUCT = "pro"
    MESSAGE = "msg"
    ATTEMPT = "att"
    RECEIPT = "rcp"
    OUTREACH = "out"
    CONSENT_RECORD = "con"
    MERGE = "mrg"
    SUPPRESSION = "sup"
    OPT_OUT = "opt"
    RELATION = "rel"
    JOB = "job"
    ERASURE = "era"
    API_KEY = "key"
    BLOCKED_IDENTIFIER = "blk"
    TEMPLATE = "tpl"
    TEMPLATE_VERSION = "tpv"


_PREFIXES = {prefix.value: prefix for prefix in IdPrefix}


def new_id(prefix: IdPrefix, at_ms: int | None = None) -> str:
    """An id nobody else has made (80 random bits), that sorts by its millisecond: `prf_01JD…`."""
    milliseconds = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    random = int.from_bytes(secrets.token_bytes(10))
    return f"{prefix.value}_{_time(milliseconds)}{_encode(random, _RANDOM_SHIFTS)}"


def prefix_of(value: str) -> IdPrefix | None:
    """The type that an id names, or None where it has not the form of one of our ids."""
    prefix, _, rest = value.partition("_")
    if len(rest) != _TIME_LENGTH + _RANDOM_LENGTH or not set(rest) <= set(_ALPHABET):
        return None
    return _PREFIXES.get(prefix)


def made_at(value: str) -> int:
    """The millisecond in which one of our ids was made. Raises ValueError for what has not their form."""
    if prefix_of(value) is None:
        raise ValueError("is not one of our ids")
    milliseconds = 0
    for letter in value.partition("_")[2][:_TIME_LENGTH]:
        milliseconds = milliseconds << 5 | _ALPHABET.index(letter)
    return milliseconds


# A batch of thousands of rows makes several ids for each, most of them within few milliseconds.
@lru_cache(maxsize=16)
def _time(milliseconds: int) -> str:
    return _encode(milliseconds, _TIME_SHIFTS)


def _encode(number: int, shifts: Sequence[int]) -> str:
    """Two letters at a time, the most significant first."""
    return "".join([_PAIRS[number >> shift & _PAIR_MASK] for shift in shifts])
