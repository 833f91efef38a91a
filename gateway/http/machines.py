"""Who loads pictures and follows links without being a person, as far as the request says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_LONGEST: Final = 512

# The words by which public lists know them (`crawler-user-agents`, `isbot`): crawlers and previews, libraries, scanners
# of mail, and monitors. CUBOT makes phones. Not here are the proxies by which Gmail and Yahoo load pictures when
# somebody looks (Mautic 7.1 took Gmail's for a machine, and all opens there were gone: its issue 16069), nor `okhttp`,
# `CFNetwork` and `Microsoft Office`, by which mail programs load them.
_MACHINE: Final = re.compile(
    r"""
      (?<!cu)bots?(?![a-z]) | crawl | spider | slurp | preview | prefetch | fetcher | archiver | validator
    | link[ _-]?(?:check|expand|scan) | facebookexternal | whatsapp/ | google-safety | mediapartners
    | curl/ | wget | libwww | python | aiohttp | go-http-client | \bjava/ | apache-httpclient | jetty | lua-resty
    | node-fetch | axios/ | got/ | guzzle | ruby | scrapy | headless | phantomjs | puppeteer | playwright | selenium
    | scan(?:ner|ning)?(?![a-z]) | barracuda | proofpoint | mimecast | symantec | trend\ ?micro | sophos | fortinet
    | forcepoint | ironport | ciscosecure | virustotal | censys | zgrab | masscan
    | monitor | uptime | pingdom | statuscake | site24x7
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Gmail looks at some letters by itself as they arrive, with these words, which no browser ever used: "Edge" writes no
# "Mozilla" behind itself. As reported for Mautic (pull request 10245) and Keila (164).
_GMAIL_CHECK: Final = re.compile(r"Edge/12\.246 Mozilla/5\.0$")
# By which browsers say that they load something before anybody asked for it.
_PURPOSES: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AHEAD: Final = ("prefetch", "preview")


def machine(headers: Mapping[str, str]) -> str | None:
    """Why the request is taken for one of a machine, or None. `headers` are found by small letters."""
    user_agent = headers.get("user-agent", "").strip()[:_LONGEST]
    if not user_agent:
        return "gave no user agent"
    if _MACHINE.search(user_agent) or _GMAIL_CHECK.search(user_agent):
        return "has the user agent of a machine"
    if any(headers.get(name, "").lower().startswith(_AHEAD) for name in _PURPOSES):
        return "was loaded ahead"
    return None
