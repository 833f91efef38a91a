"""What a search text finds, in the contract's words."""

from __future__ import annotations

from itertools import groupby

from tests.oracle.world import Person, Product

_SHORTEST_ADDRESS, _FEWEST_DIGITS = 3, 4


def words(text: str) -> list[str]:
    """Split at what is neither letter nor digit, in small letters."""
    return ["".join(group).lower() for is_word, group in groupby(text, str.isalnum) if is_word]


def _names(text: str) -> list[str]:
    """Split at all but letters: a number is no part of somebody's name."""
    return ["".join(group).lower() for is_name, group in groupby(text, str.isalpha) if is_name]


def finds_person(text: str, person: Person) -> bool:
    if not words(text):
        return False
    wanted = _names(text)
    names = _names(f"{person.first_name or ''} {person.last_name or ''}")
    return (
        (bool(wanted) and _all_begin(wanted, names))
        or any(
            _begins_address(text, each.key.partition("::")[2]) for each in person.identifiers if each.type == "EMAIL"
        )
        or any(_ends_number(text, each.key.partition("::")[2]) for each in person.identifiers if each.type == "PHONE")
    )


def finds_product(text: str, product: Product) -> bool:
    wanted = words(text)
    return (bool(wanted) and _all_begin(wanted, words(product.name or ""))) or product.sku.startswith(text)


def _all_begin(wanted: list[str], names: list[str]) -> bool:
    return all(any(name.startswith(word) for name in names) for word in wanted)


def _begins_address(text: str, address: str) -> bool:
    has_blank = any(letter.isspace() for letter in text)
    return not has_blank and len(text) >= _SHORTEST_ADDRESS and address.startswith(text.lower())


def _ends_number(text: str, number: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    if not set(text) <= set("0123456789+-(). ") or len(digits) < _FEWEST_DIGITS:
        return False
    return "".join(filter(str.isdigit, number)).endswith(digits)
