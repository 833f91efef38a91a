from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """Names that are common where it is spoken. All people of the demo are invented."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    last: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH = Language(
    female=_words("Emma Olivia Grace Alice Lucy Hannah Charlotte Amy Rachel Megan Sophie Ruth Joanna Claire Zoe Fiona"),
    male=_words("Oliver Harry James Thomas George Adam Daniel Peter Simon Martin Neil Owen Callum Edward Ryan Hugh"),
    last=_words(
        "Smith Jones Taylor Brown Davies Evans Wilson Thomas Roberts Walker Wright Robinson Thompson White Edwards "
        "Green Hall Wood Harris Clarke Turner Hill Cooper Ward Morris Moore Baker Carter Parker Bennett Hughes"
    ),
)
GERMAN = Language(
    female=_words("Anna Lena Katharina Sabine Julia Claudia Jana Ute Birgit Käthe"),
    male=_words("Jürgen Stefan Lukas Thomas Uwe Matthias Jonas Björn Felix Götz"),
    last=_words("Müller Schmidt Weber Fischer Wagner Becker Schäfer Koch Richter Klein Wolf Schröder Neumann König"),
)
FRENCH = Language(
    female=_words("Camille Chloé Manon Élodie Céline Juliette Anaïs Mathilde"),
    male=_words("Lucas Hugo Antoine Théo Rémi François Étienne Julien"),
    last=_words("Martin Bernard Dubois Petit Durand Leroy Moreau Lefèvre Roux Fournier Girard Mercier Besançon"),
)
SPANISH = Language(
    female=_words("Lucía María Carmen Paula Inés Elena Begoña"),
    male=_words("Javier Álvaro Diego Pablo Sergio Andrés Íñigo"),
    last=_words("García Fernández González López Sánchez Pérez Martín Núñez Muñoz Ortega Castro"),
)


def plain(name: str) -> str:
    """The letters of a name that every mail system takes: `Müller` is `muller`."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).lower() if letter.isascii())
