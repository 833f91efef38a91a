from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from bench.reading.data.chance import chance, made_up_id

PROFILES = 10_000
HEAVY = 5

_FIRST_NAMES = (
    "Anna Ben Carla Dmitri Elena Farid Grace Hugo Irina Jonas Klara Lev Maria Nils Olga Pavel Rosa Sven Tara Yusuf"
).split()
_LAST_NAMES = (
    "Smith Müller Ivanova García Rossi Dubois Novak Jensen Kowalski Silva Okafor Tanaka Brown Petrov Weber"
).split()
_LOCALES = ("en-GB", "de-DE", "fr-FR")
_TIMEZONES = ("Europe/London", "Europe/Berlin", "Europe/Paris")
_FIRST_CREATED_MS = 1_262_304_000_000
_CREATED_SPAN_MS = 20_000_000_000
_NAMELESS = 0.02


@dataclass(frozen=True, slots=True)
class Person:
    """`events` is how many of them the person gets."""

    number: int
    id: str
    country: str
    created_ms: int
    events: int

    def row(self) -> dict[str, object]:
        drawn = chance("person", str(self.number))
        return {
            "id": self.id,
            "country": self.country,
            "createdMs": self.created_ms,
            "revision": drawn.randint(1, 40),
            "firstName": drawn.choice(_FIRST_NAMES),
            "lastName": None if drawn.random() < _NAMELESS else drawn.choice(_LAST_NAMES),
            "locale": drawn.choice(_LOCALES),
            "timezone": drawn.choice(_TIMEZONES),
        }


def people(buyers: Sequence[tuple[str, str | None]]) -> Iterator[Person]:
    """The buyers that are there, by id and country, then made-up people up to 10,000, the first of them heavy."""
    drawn = chance("people")
    countries = sorted({country for _, country in buyers if country})
    for number in range(max(PROFILES, len(buyers))):
        bought = number < len(buyers)
        identity, country = buyers[number] if bought else (made_up_id("prf", number), None)
        heavy = len(buyers) <= number < len(buyers) + HEAVY
        yield Person(
            number=number,
            id=identity,
            country=country or drawn.choice(countries),
            created_ms=_created_ms(drawn),
            events=10_000 if heavy else 30,
        )


def _created_ms(drawn: Random) -> int:
    return _FIRST_CREATED_MS + drawn.randrange(_CREATED_SPAN_MS)
