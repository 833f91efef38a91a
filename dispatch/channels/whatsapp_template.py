"""Templates of WhatsApp, which Meta has approved: what is sent are their names and what stands in their variables.

Source: Meta's documentation of the Cloud API, "Template messages" and "Components".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dispatch.json_object import JsonObject

# By the name of a button's value in our content: how Meta calls the button, and its parameter.
_BUTTONS: Final = {
    "url": ("url", "text", "text"),
    "quickReply": ("quick_reply", "payload", "payload"),
    "copyCode": ("copy_code", "coupon_code", "coupon_code"),
}
_LINKED: Final = ("image", "video")
_SECURE: Final = "https://"


def template_of(payload: str) -> dict[str, object]:
    """The object `template` of a message, made of the JSON that a message on WhatsApp holds as its content.

    Raises ValueError for what would be refused: a picture, video or document that comes to no web address by https, and
    a variable that comes to nothing. The error quotes neither.
    """
    found = JsonObject.read(payload.encode())
    return {
        "name": found.text("name"),
        "language": {"code": found.text("language")},
        "components": list(_components(found)),
    }


def _components(found: JsonObject) -> Iterator[dict[str, object]]:
    header = _header(found.object("header"))
    if header is not None:
        yield {"type": "header", "parameters": [header]}
    body = [_text(each) for each in found.objects("body")]
    if body:
        yield {"type": "body", "parameters": body}
    for button in found.objects("buttons"):
        name = next(each for each in _BUTTONS if each in button.fields)
        kind, type_, field = _BUTTONS[name]
        parameter = {"type": type_, field: _one_line(button.text(name))}
        index = str(button.number("index"))
        yield {"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]}


def _header(header: JsonObject) -> dict[str, Any] | None:
    if "text" in header.fields:
        return _text(header.object("text"))
    for kind in _LINKED:
        if kind in header.fields:
            return {"type": kind, kind: {"link": _link(header.text(kind))}}
    if "document" not in header.fields:
        return None
    given = header.object("document")
    document = {"link": _link(given.text("link"))}
    if given.text("filename"):
        document["filename"] = _one_line(given.text("filename"))
    return {"type": "document", "document": document}


def _text(parameter: JsonObject) -> dict[str, str]:
    said = {"type": "text", "text": _one_line(parameter.text("text"))}
    return {**said, "parameter_name": parameter.text("name")} if parameter.text("name") else said


def _link(address: str) -> str:
    if not address.startswith(_SECURE) or " " in address:
        raise ValueError("a file comes to no web address by https")
    return address


def _one_line(text: str) -> str:
    """Meta refuses a variable with an end of line, a tab or more than four spaces in a row."""
    line = " ".join(text.split())
    if not line:
        raise ValueError("a variable of the template comes to nothing")
    return line
