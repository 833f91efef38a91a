"""A template of WhatsApp with what stands in its variables, as mutations are given it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson
import strawberry

from gateway.schema.inputs.fields import optional, required
from gateway.schema.inputs.problems import Problems
from graph.sending.content import LONGEST_URL, WhatsappContent
from graph.vocabulary import UserErrorCode

_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2,4})?")
_PARAMETER: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")
_MOST_PARAMETERS: Final = 50
_MOST_BUTTONS: Final = 10


@strawberry.input(description="What stands in one variable of a template of WhatsApp.")
class WhatsappParameterInput:
    name: str | None = strawberry.field(
        default=None, description="The variable's name, where the template names them; left out, its place counts."
    )
    text: str = required("The text, at most 1,024 characters. Ends of lines become spaces, as Meta takes none.")


@strawberry.input(description="A file that a template of WhatsApp shows.")
class WhatsappDocumentInput:
    link: str = required("Where Meta finds it: a web address by https.")
    filename: str | None = strawberry.field(default=None, description="What it is called for the reader.")


@strawberry.input(one_of=True, description="What stands in the header of a template of WhatsApp.")
class WhatsappHeaderInput:
    text: WhatsappParameterInput | None = optional("Its one variable.")
    image: str | None = optional("A picture: a web address by https.")
    video: str | None = optional("A video: a web address by https.")
    document: WhatsappDocumentInput | None = optional("A document.")


@strawberry.input(description="What one button of a template of WhatsApp holds: exactly one of the three.")
class WhatsappButtonInput:
    index: int = required("Which button, counted from 0; at most 9.")
    url: str | None = strawberry.field(default=None, description="What is added to the button's web address.")
    quick_reply: str | None = strawberry.field(default=None, description="What a quick reply hands back.")
    copy_code: str | None = strawberry.field(default=None, description="The code that is copied.")


@strawberry.input(
    description="A template that Meta has approved, which is what WhatsApp takes later than 24 hours after a person's "
    "last message."
)
class WhatsappTemplateInput:
    name: str = required("Its name at Meta: small letters, digits and `_`.")
    language: str = required("Its language at Meta, like `en` or `en_US`.")
    header: WhatsappHeaderInput | None = strawberry.field(
        default=None, description="What stands in its header; left out where that has no variable."
    )
    body: list[WhatsappParameterInput] | None = strawberry.field(
        default=None, description="What stands in the variables of its text, in their order."
    )
    buttons: list[WhatsappButtonInput] | None = strawberry.field(
        default=None, description="What those of its buttons hold that have a variable."
    )


@dataclass(frozen=True, slots=True)
class WhatsappLimits:
    """`longest` is in characters for each text. `checks_links` where links are what they will be when they are sent."""

    longest: int
    checks_links: bool


AS_IT_IS: Final = WhatsappLimits(1_024, checks_links=True)
# Of texts that are filled in later, and are short then.
AS_TEMPLATE: Final = WhatsappLimits(4_000, checks_links=False)


def whatsapp_content(
    given: WhatsappTemplateInput, limits: WhatsappLimits, problems: Problems, *path: str
) -> WhatsappContent:
    """What is wrong with it is added to `problems`. The content has the names of the input."""
    found: dict[str, Any] = {
        "name": problems.pattern(given.name, _NAME, "small letters, digits and '_'", *path, "name"),
        "language": problems.pattern(given.language, _LANGUAGE, "a language like en or en_US", *path, "language"),
    }
    if given.header is not None:
        found["header"] = _header(given.header, limits, problems, *path, "header")
    body, buttons = given.body or [], given.buttons or []
    _check_number(body, _MOST_PARAMETERS, problems, *path, "body")
    _check_number(buttons, _MOST_BUTTONS, problems, *path, "buttons")
    if body:
        found["body"] = [_parameter(each, limits, problems, *path, "body", str(n)) for n, each in enumerate(body)]
    if buttons:
        found["buttons"] = [_button(each, limits, problems, *path, "buttons", str(n)) for n, each in enumerate(buttons)]
    return WhatsappContent(orjson.dumps(found).decode())


def _header(given: WhatsappHeaderInput, limits: WhatsappLimits, problems: Problems, *path: str) -> dict[str, Any]:
    if isinstance(given.text, WhatsappParameterInput):
        return {"text": _parameter(given.text, limits, problems, *path, "text")}
    if isinstance(given.document, WhatsappDocumentInput):
        document = {"link": _link(given.document.link, limits, problems, *path, "document", "link")}
        if given.document.filename is not None:
            document["filename"] = problems.text(given.document.filename, *path, "document", "filename")
        return {"document": document}
    name, link = ("image", given.image) if isinstance(given.image, str) else ("video", given.video)
    return {name: _link(str(link), limits, problems, *path, name)}


def _parameter(given: WhatsappParameterInput, limits: WhatsappLimits, problems: Problems, *path: str) -> dict[str, str]:
    found = {"text": _text(given.text, limits, problems, *path, "text")}
    if given.name is not None:
        found["name"] = problems.pattern(given.name, _PARAMETER, "small letters, digits and '_'", *path, "name")
    return found


def _button(given: WhatsappButtonInput, limits: WhatsappLimits, problems: Problems, *path: str) -> dict[str, Any]:
    held = {"url": given.url, "quickReply": given.quick_reply, "copyCode": given.copy_code}
    said = [(name, text) for name, text in held.items() if text is not None]
    if not 0 <= given.index < _MOST_BUTTONS:
        problems.add(UserErrorCode.INVALID, f"Must be from 0 to {_MOST_BUTTONS - 1}.", *path, "index")
    if len(said) != 1:
        problems.add(UserErrorCode.CONTENT_INVALID, "Give exactly one of url, quickReply and copyCode.", *path)
        return {}
    name, text = said[0]
    return {"index": given.index, name: _text(text, limits, problems, *path, name)}


def _text(given: str, limits: WhatsappLimits, problems: Problems, *path: str) -> str:
    if not given.strip():
        problems.add(UserErrorCode.CONTENT_INVALID, "The text is empty.", *path)
    return problems.words(given, *path, longest=limits.longest)


def _link(given: str, limits: WhatsappLimits, problems: Problems, *path: str) -> str:
    address = problems.text(given, *path, longest=max(LONGEST_URL, limits.longest))
    if limits.checks_links and (not address.startswith("https://") or " " in address):
        problems.add(UserErrorCode.INVALID, "Must be a web address by https.", *path)
    return address


def _check_number(given: list[Any], most: int, problems: Problems, *path: str) -> None:
    if len(given) > most:
        problems.add(UserErrorCode.LIMIT_EXCEEDED, f"At most {most}.", *path)
