"""Whether the fast path answered as the oracle says it must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from tests.oracle.asking import REFUSING, Path
from tests.oracle.oracle import RightAnswer

Errors = frozenset[tuple[Path, str]]

# The oracle knows neither prices nor sizes. How many answers may be of this kind is for the harness to say.
_LIMITS = frozenset({"COST_EXCEEDED", "TOO_LARGE"})


def difference(right: RightAnswer, body: Mapping[str, Any], *, beside_viewer: bool = False) -> str | None:
    """What is wrong with an answer, None where nothing is.

    A document with a bad argument is refused as a whole, by whichever of them is found first. Beside `viewer` another
    executor walks all fields of the root at once: where nothing is left of the data, it may tell the errors of several.
    """
    if is_beyond_limits(body):
        return None
    errors = errors_of(body)
    # What lacks a right because of an argument is refused like a bad argument, and before anything is looked up: also
    # where execution never comes to it, because something else has left nothing of the data.
    is_refused = bool(right.refused) or errors <= right.refusable
    refusals = {each for each in errors if each[1] in REFUSING or (is_refused and each in right.refusable)}
    if refusals:
        return None if refusals <= _allowed(right) else f"refused {refusals}, allowed are {_allowed(right)}"
    if right.refused:
        return f"not refused, though {set(right.refused)}"
    if errors != right.errors and not (beside_viewer and _only_more_roots(right, errors)):
        return f"errors {set(errors)}, right are {set(right.errors)}"
    return _different_bytes(right.data, body.get("data"))


def is_beyond_limits(body: Mapping[str, Any]) -> bool:
    return any(code in _LIMITS for _, code in errors_of(body))


def _different_bytes(right: Any, answered: Any) -> str | None:
    wanted, got = orjson.dumps(right).decode(), orjson.dumps(answered).decode()
    return None if wanted == got else f"data {got}\nright {wanted}"


def errors_of(body: Mapping[str, Any]) -> Errors:
    return frozenset(
        (tuple(each.get("path") or ()), str(each["extensions"]["code"])) for each in body.get("errors") or ()
    )


def _allowed(right: RightAnswer) -> frozenset[tuple[Path, str]]:
    found = right.refused | right.refusable
    # What does not fit its type is refused before there is a path, and by the executor that knows one with it.
    return found | {((), code) for _, code in found if code == "BAD_USER_INPUT"}


def _only_more_roots(right: RightAnswer, errors: Errors) -> bool:
    roots = {path[:1] for path, _ in right.errors}
    return (
        right.data is None
        and right.errors <= errors
        and all(path[:1] not in roots for path, _ in errors - right.errors)
    )
