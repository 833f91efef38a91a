"""The full counts, in steps that end after some minutes: `make thorough` until it says that all is done.

`documents`, `suites` or `histories` behind it runs that part alone, so that several shells can share the work.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

from tests.thorough.documents import are_all_done, run_documents
from tests.thorough.judged import Subject
from tests.thorough.outcomes import Outcomes
from tests.thorough.progress import Progress, say
from tests.thorough.suites import run_suites, suites_of
from tests.thorough.summary import PAGES, write_people, write_reading

_MINUTES = float(os.environ.get("THOROUGH_MINUTES", "25"))


def main(parts: frozenset[str]) -> int:
    until = time.time() + 60 * _MINUTES
    if "documents" in parts:
        asyncio.run(run_documents(until))
    if "suites" in parts:
        run_suites(Subject.READING, until)
    if "histories" in parts:
        run_suites(Subject.PEOPLE, until)
    progress = Progress.read()
    reading, people = Outcomes.read(Subject.READING), Outcomes.read(Subject.PEOPLE)
    is_read, is_played = are_all_done(progress) and _is_whole(reading), _is_whole(people)
    if is_read:
        write_reading(progress, reading)
    if is_played:
        write_people(people)
    if is_read and is_played:
        say(f"All is done; see {' and '.join(page.name for page in PAGES.values())}.")
    else:
        say("Not all is done: `make thorough` goes on from here.")
    if progress.refused_too_much:
        say(f"Too much was refused as too dear or too large with the seeds {progress.refused_too_much}.")
    failed = any(not each.passed for outcomes in (reading, people) for each in outcomes.tests.values())
    return int(failed or progress.differences > 0 or bool(progress.refused_too_much))


def _is_whole(outcomes: Outcomes) -> bool:
    return all(outcomes.are_whole(suite.file) for suite in suites_of(outcomes.subject))


if __name__ == "__main__":
    sys.exit(main(frozenset(sys.argv[1:] or ("documents", "suites", "histories"))))
