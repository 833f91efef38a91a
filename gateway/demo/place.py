from __future__ import annotations

from dataclasses import dataclass

from gateway.demo.language import ENGLISH, FRENCH, GERMAN, SPANISH, Language


@dataclass(frozen=True, slots=True)
class Place:
    """What is likely of somebody who lives in a country; without a country nothing is known but a language."""

    language: Language
    locale: str
    timezone: str | None = None
    cities: tuple[str, ...] = ()


_ELSEWHERE = Place(ENGLISH, "en")
_PLACES = {
    "AT": Place(GERMAN, "de-AT", "Europe/Vienna", ("Wien", "Graz", "Linz")),
    "AU": Place(ENGLISH, "en-AU", None, ("Sydney", "Melbourne", "Perth")),
    "BE": Place(FRENCH, "fr-BE", "Europe/Brussels", ("Bruxelles", "Liège", "Namur")),
    "CH": Place(GERMAN, "de-CH", "Europe/Zurich", ("Zürich", "Basel", "Bern")),
    "DE": Place(GERMAN, "de-DE", "Europe/Berlin", ("Berlin", "Hamburg", "Köln", "München", "Leipzig")),
    "ES": Place(SPANISH, "es-ES", "Europe/Madrid", ("Madrid", "Sevilla", "Valencia")),
    "FR": Place(FRENCH, "fr-FR", "Europe/Paris", ("Paris", "Lyon", "Nantes", "Lille")),
    "GB": Place(
        ENGLISH, "en-GB", "Europe/London", ("London", "Bristol", "Leeds", "Glasgow", "Cardiff", "Norwich", "York")
    ),
    "IE": Place(ENGLISH, "en-IE", "Europe/Dublin", ("Dublin", "Cork", "Galway")),
}


def place_of(country: str | None) -> Place:
    return _PLACES.get(country or "", _ELSEWHERE)
