from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from liquid import BoundTemplate
from liquid.exceptions import BlockNestingError, LiquidError, OutputStreamLimitError, UndefinedError, UnknownFilterError

from dispatch.templates.fault import TemplateFault, line_of
from dispatch.templates.language import HTML, LARGEST_OUTPUT, TEXT, CountedContext
from dispatch.templates.structure import structure_of
from dispatch.templates.work import TooMuchWork

# What stands between two braces. With the number of them it bounds what one pass over a template costs.
LONGEST_EXPRESSION: Final = 300
MOST_EXPRESSIONS: Final = 2_000
_KEPT: Final = 256
_OPENING: Final = re.compile(r"\{\{|\{%")


@dataclass(frozen=True, slots=True)
class Compiled:
    """One text of a template, ready to be rendered any number of times."""

    source: str
    template: BoundTemplate
    # Places in the source at which a variable is named that may be missing there.
    optional: frozenset[int]

    def rendered(self, values: Mapping[str, object]) -> str:
        """Raises TemplateFault, and nothing else, within bounded work."""
        context = CountedContext(self.template, globals=values)
        # The library has one way only to make the buffer that counts.
        buffer = context.get_buffer()
        try:
            self.template.render_with_context(context, buffer)
        except TemplateFault as fault:
            raise TemplateFault(fault.message, line_of(self.source, context.place)) from None
        except TooMuchWork:
            raise TemplateFault("The template takes too much work.", line_of(self.source, context.place)) from None
        except OutputStreamLimitError:
            raise TemplateFault(f"Comes to more than {LARGEST_OUTPUT:,} bytes.") from None
        except UndefinedError as error:
            raise TemplateFault(f"`{error.args[0]}` has no value.", line_of(self.source, context.place)) from None
        except Exception:  # noqa: BLE001  # Whatever the library stumbles over, its words could quote a value.
            raise TemplateFault("Cannot be rendered.", line_of(self.source, context.place)) from None
        return buffer.getvalue()


@lru_cache(maxsize=_KEPT)
def compiled(source: str, *, is_html: bool) -> Compiled:
    """Raises TemplateFault for what is no template."""
    language = HTML if is_html else TEXT
    try:
        _check_expressions(source)
        template = language.from_string(source)
        structure = structure_of(template)
    except TemplateFault:
        raise
    except BlockNestingError as error:
        raise TemplateFault("Blocks stand too deep in each other.", _line(source, error)) from None
    except UnknownFilterError as error:
        raise TemplateFault("There is no such filter.", _line(source, error)) from None
    except LiquidError as error:
        raise TemplateFault("This is no Liquid that is known here.", _line(source, error)) from None
    except Exception:  # noqa: BLE001  # Whatever the library stumbles over, its words could quote the source.
        raise TemplateFault("This is no Liquid that is known here.") from None
    for place, message in sorted(structure.faults.items()):
        raise TemplateFault(message, line_of(source, place))
    return Compiled(source, template, frozenset(structure.optional))


def _check_expressions(source: str) -> None:
    """Before the library reads it, which takes a time that grows with the square of what is never closed."""
    for count, opening in enumerate(_OPENING.finditer(source)):
        if count >= MOST_EXPRESSIONS:
            raise TemplateFault(f"A template may have at most {MOST_EXPRESSIONS:,} tags.")
        closing = "}}" if opening.group() == "{{" else "%}"
        start = opening.end()
        if source.find(closing, start, start + LONGEST_EXPRESSION) < 0:
            message = f"A tag must be closed within {LONGEST_EXPRESSION} characters."
            raise TemplateFault(message, line_of(source, start))


def _line(source: str, error: LiquidError) -> int:
    return 0 if error.token is None else line_of(source, error.token.start_index)
