from __future__ import annotations

from dataclasses import dataclass

from graph.subscribing.leave_links import LeaveLinks
from graph.tracking.links import TrackingLinks


@dataclass(frozen=True, slots=True)
class LetterLinks:
    """Who signs the links in letters: those by which people say no, and those that are counted."""

    leave: LeaveLinks
    tracking: TrackingLinks
