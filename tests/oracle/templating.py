"""The templates of the test world."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.oracle import words
from tests.oracle.asking import Resolver
from tests.oracle.dice import Dice
from tests.oracle.world import Template, TemplateVersion, World


def templates(dice: Dice, world: World, instants: Sequence[int]) -> None:
    for key in words.TEMPLATE_KEYS:
        made = Template(
            id=dice.identity("tpl"),
            key=key,
            title=dice.pick(["Welcome", "“Ä”"]),
            version=dice.number(1, 9),
            channels=dice.pick([["EMAIL"], ["MOBILE_PUSH", "WEB_PUSH"], ["EMAIL", "SMS"]]),
            created_at=dice.pick(instants),
            updated_at=dice.pick(instants),
            archived_at=dice.maybe(dice.pick(instants), 0.3),
            latest=_version(dice),
        )
        world.templates.append(made)


def _version(dice: Dice) -> TemplateVersion:
    subject, title = dice.maybe("{{ data.a }}", 0.6), dice.maybe("Hi", 0.4)
    return TemplateVersion(
        id=dice.identity("tpv"),
        required=dice.pick([[], ["a"], ["a", "the code"]]),
        email_subject=subject,
        email_text=dice.maybe("Dear\n{{ profile.firstName }}", 0.6) if subject else None,
        email_html=dice.maybe("<b>", 0.6) if subject else None,
        sms_text=dice.maybe("ü", 0.4),
        push_title=title,
        push_body="" if title else None,
        push_url=dice.maybe("https://a.example", 0.5) if title else None,
        messenger_text=dice.maybe("m", 0.4),
        webhook=dice.maybe(json.dumps({"a": ["{{ data.a }}", 1]}), 0.4),
        whatsapp=dice.maybe(json.dumps({"name": "order", "body": [{"text": "{{ data.a }}"}]}), 0.4),
    )


TEMPLATING: dict[str, dict[str, Resolver]] = {
    "Template": {"content": lambda template, _info: template.latest},
    "TemplateContent": {
        "requiredData": lambda version, _info: version.required,
        "email": lambda version, _info: version if version.email_subject else None,
        "sms": lambda version, _info: version.sms_text,
        "push": lambda version, _info: version if version.push_title else None,
        "messenger": lambda version, _info: version.messenger_text,
        "webhook": lambda version, _info: json.loads(version.webhook) if version.webhook else None,
        "whatsapp": lambda version, _info: json.loads(version.whatsapp) if version.whatsapp else None,
    },
    "TemplateEmail": {
        "subject": lambda version, _info: version.email_subject,
        "text": lambda version, _info: version.email_text,
        "html": lambda version, _info: version.email_html,
    },
    "TemplatePush": {
        "title": lambda version, _info: version.push_title,
        "body": lambda version, _info: version.push_body,
        "url": lambda version, _info: version.push_url,
        "icon": lambda version, _info: version.push_icon,
    },
}
