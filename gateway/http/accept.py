from __future__ import annotations

from functools import lru_cache

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

# What a range in the Accept header may stand for, the first being what we would rather write.
_OFFERS = {
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    JSON: JSON,
    "application/*": JSON,
    "*/*": JSON,
}


# A client sends the same header with each of its requests.
_LONGEST_KEPT = 200


def media_type_for(accept: str | None) -> str | None:
    """The media type to answer in, None where the caller takes neither; without a header it is application/json."""
    if not accept:
        return JSON
    return _kept(accept) if len(accept) <= _LONGEST_KEPT else _chosen(accept)


@lru_cache(maxsize=100)
def _kept(accept: str) -> str | None:
    return _chosen(accept)


def _chosen(accept: str) -> str | None:
    if not accept.strip():
        return JSON
    best: str | None = None
    best_quality = 0.0
    for entry in accept.split(","):
        range_, *parameters = (part.strip().lower() for part in entry.split(";"))
        offer = _OFFERS.get(range_)
        if offer is not None and _takes_utf8(parameters) and _quality(parameters) > best_quality:
            best, best_quality = offer, _quality(parameters)
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _takes_utf8(parameters: list[str]) -> bool:
    charsets = [
        value.strip(' "') for name, _, value in (each.partition("=") for each in parameters) if name == "charset"
    ]
    return all(each in {"utf-8", "utf8"} for each in charsets)
