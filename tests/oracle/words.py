"""What the people and things of the test world are called; documents ask for parts of the same words."""

from __future__ import annotations

from typing import Any

FIRST_NAMES = ["Ann", "anna", "Bob", "Žofia", "Jean-Luc", "李", "Zoë Maria", "Олег", "Ἀλέξιος", "Éva", "X Æ 12"]
# The last two order differently by code points than by units of UTF-16.
LAST_NAMES = [
    "Archer",
    "archer",
    "O'Brien",
    "de la Cruz",
    "Ångström",
    "Иванов",
    "小林",
    "Łukasz",
    "Zorn",
    "\uff21rc",
    "😀 Arc",
]
CITIES = ["Leeds", "Kraków", "東京", "Saint-Étienne"]
# Each of these has one zone in both of tzdata's tables, several in both, or none; none is told apart by them.
COUNTRIES = ["GB", "JP", "FR", "PL", "US", "AU", "RU", "XX"]
ZONES = ["Europe/London", "America/New_York", "Asia/Kolkata"]
LOCALES = ["en-GB", "pl-PL", "ja"]
EVENT_TYPES = ["view", "click", "cart.added", "поиск"]
SOURCES = ["default", "shop", "web-2"]
CURRENCIES = ["GBP", "EUR", "JPY"]
RESOURCE_KEYS = ["news", "shop", "app-one", "quiet"]
TEMPLATE_KEYS = ["welcome", "order", "old-one"]
CATEGORY_KEYS = ["offers", "safety", "tips", "events"]
PRODUCT_NAMES = [
    "Lamp",
    "lamp shade",
    "Red Lamp 40W",
    "Café Crème",
    "\uff2c\uff21\uff2d\uff30",
    "Шкаф",
    "Lamp",
    "USB-C Hub",
]
SKUS = ["lamp", "LAMP-1", "85123A", "85123B", "кат 1", "x:y", "85"]
MAILBOXES = ["Ann.Archer", "bob", "home", "zoe+shop", "info"]
DOMAINS = ["example.com", "mail.example.org"]
BLOCKED = [("EMAIL", "noreply@*"), (None, "n.n."), ("EXTERNAL", "99999")]
PHONES = ["+442079460000", "+442079460001", "+48221234567", "+81312345678"]
ATTRIBUTE_TYPES = {
    "born": "DATE",
    "colour": "STRING",
    "score": "INTEGER",
    "seen": "DATETIME",
    "tags": "TAGS",
    "tier": "ENUM",
    "total": "DECIMAL",
    "vip": "BOOLEAN",
}
TIERS = ["gold", "silver"]
# As callers spell them.
ATTRIBUTE_VALUES: dict[str, list[Any]] = {
    "born": ["1984-02-29", "2001-01-01"],
    "colour": ["red", "Red", "grün", "1", "true", "1984-02-29"],
    "score": [0, 1, 5, 7, -3, 2**53],
    "seen": ["2023-11-14T22:13:20Z", "2023-11-14T23:13:20.0009+01:00", "1969-12-31T23:59:59.999Z"],
    "tags": [["red", "new"], ["new"], [], ["1"]],
    "tier": TIERS,
    "total": ["2.5", "1", "-0.000001", "5.00"],
    "vip": [True, False],
}
# What attributes are compared with besides.
STRAY_VALUES: list[Any] = ["1", 1, 1.0, 2.5, True, "true", "new", "2.50", "2024-02-30", "2023-11-14T22:13:20", ""]
RELATION_TYPES = ["parent", "colleague", "spouse"]
PROPERTIES = [
    "{}",
    '{"page":"lamp","tags":["a","b"]}',
    '{"ü":"\\u00fc\\n","n":1.5,"big":12345678901,"none":null,"yes":true}',
    '{"z":1,"a":2}',
]

CHANNELS = ["EMAIL", "SMS", "TELEGRAM", "WEBHOOK"]
SUBSCRIPTION_STATUSES = ["SUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED", "COMPLAINED", "UNCONFIRMED", "SUSPENDED"]
MESSAGE_STATES = ["QUEUED", "SENT", "DELIVERED", "CLICKED", "SKIPPED", "FAILED"]
PURPOSES = ["MARKETING", "TRANSACTIONAL", "CONFIRMATION"]
GATES = ["PROFILE_STATUS", "CATEGORY", "EXPIRY"]
PURCHASE_STATUSES = ["NEW", "PAID", "DELIVERED", "REFUNDED"]
LINE_STATUSES = ["NEW", "DELIVERED", "REFUNDED"]
