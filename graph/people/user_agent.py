from __future__ import annotations

from functools import cache, lru_cache

from ua_parser import Domain, Parser
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

# People come back with the same browser; a page of events has the same few.
_KEPT = 4_096


@lru_cache(_KEPT)
def browser_and_os(user_agent: str) -> tuple[str | None, str | None]:
    """The names of the browser and of the operating system, as far as the text tells them."""
    found = _parser()(user_agent, Domain.USER_AGENT | Domain.OS)
    return found.user_agent.family if found.user_agent else None, found.os.family if found.os else None


@cache
def _parser() -> Parser:
    # The engine in Rust takes 0.1 ms for a text, the library's own one in Python more than ten (measured): a batch of
    # events would stop everybody else for seconds. It is loaded by the first event that needs it.
    return Parser(Resolver(load_lazy_builtins()))
