"""What the people and things of the test world are called; documents ask for parts of the same words."""

from __future__ import annotations

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
ATTRIBUTE_KEYS = ["colour", "score", "vip", "mixed"]
ATTRIBUTE_VALUES: dict[str, list[str | int | float | bool]] = {
    "colour": ["red", "Red", "grün", ""],
    "score": [0, 1, 5, 2.5, -3, 1.0],
    "vip": [True, False],
    "mixed": ["1", 1, True, "true", 2.5],
}
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
