"""The full counts, in steps that end after some minutes: `make thorough` until it says that all is done.

`documents` or `suites` behind it runs one half alone, so that two shells can share the work.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

from tests.thorough.documents import are_all_done, run_documents
from tests.thorough.outcomes import Outcomes
from tests.thorough.progress import Progress, say
from tests.thorough.suites import SUITES, run_suites
from tests.thorough.summary import PAGE, write_summary

_MINUTES = float(os.environ.get("THOROUGH_MINUTES", "25"))


def main(halves: frozenset[str]) -> int:
    until = time.time() + 60 * _MINUTES
    if "documents" in halves:
        asyncio.run(run_documents(until))
    if "suites" in halves:
        run_suites(until)
    progress, outcomes = Progress.read(), Outcomes.read()
    if are_all_done(progress) and all(outcomes.are_whole(suite.file) for suite in SUITES):
        write_summary(progress, outcomes)
        say(f"All is done; see {PAGE.name}.")
    else:
        say("Not all is done: `make thorough` goes on from here.")
    if progress.refused_too_much:
        say(f"Too much was refused as too dear or too large with the seeds {progress.refused_too_much}.")
    failed = any(not each.passed for each in outcomes.tests.values())
    return int(failed or progress.differences > 0 or bool(progress.refused_too_much))


if __name__ == "__main__":
    sys.exit(main(frozenset(sys.argv[1:] or ("documents", "suites"))))
