from __future__ import annotations

import pytest

from gateway.http.machines import machine

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
EDGE = f"{CHROME.replace('126.0.0.0', '42.0.2311.135')} Edge/12.246"
PEOPLE = [
    CHROME,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    # Apple's mail privacy, which cannot be told from a person who has it.
    "Mozilla/5.0",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17726; Pro)",
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.12.2",
    EDGE,
    "okhttp/4.12.0",
]
MACHINES = [
    f"{EDGE} Mozilla/5.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Googlebot-Image/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Barracuda Sentinel (EE)",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "Python-urllib/3.11",
    "python-httpx/0.28.1",
    "Go-http-client/2.0",
    "Java/1.8.0_392",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
    "UptimeRobot/2.0",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "Mozilla/5.0 (compatible; CensysInspect/1.1)",
]


@pytest.mark.parametrize("user_agent", PEOPLE)
def test_browsers_mail_programs_and_proxies_for_pictures_are_people(user_agent: str) -> None:
    assert machine({"user-agent": user_agent}) is None


@pytest.mark.parametrize("user_agent", MACHINES)
def test_who_names_itself_a_machine_is_one(user_agent: str) -> None:
    assert machine({"user-agent": user_agent}) == "has the user agent of a machine"


@pytest.mark.parametrize("headers", [{}, {"user-agent": ""}, {"user-agent": "  "}])
def test_who_does_not_say_what_it_is_is_a_machine(headers: dict[str, str]) -> None:
    assert machine(headers) == "gave no user agent"


@pytest.mark.parametrize(
    "header",
    [
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"x-purpose": "preview"},
    ],
)
def test_what_a_browser_loads_before_anybody_asked_is_no_person(header: dict[str, str]) -> None:
    assert machine({"user-agent": CHROME, **header}) == "was loaded ahead"


def test_a_very_long_user_agent_is_read_only_so_far() -> None:
    assert machine({"user-agent": "a" * 100_000 + " curl/8"}) is None
