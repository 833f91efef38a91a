from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graph.errors import Refusal, UserError
from graph.history.row import RowResult, kept
from graph.importing.row import ImportedProfile
from graph.importing.wanted import Wanted
from graph.vocabulary import RowOutcome, UserErrorCode

_FORGOTTEN = UserError(
    UserErrorCode.CONSENT_REQUIRED,
    "Whoever had this value asked to be forgotten: it takes newer optIn evidence to keep it again.",
)


@dataclass(slots=True)
class RowInProgress:
    """A row on its way: what it still wants, what of it was left out, and what became of it so far.

    `contested` are those of the wanted subscriptions that are settled by themselves.
    """

    given: ImportedProfile
    wanted: list[Wanted]
    left_out: list[UserError]
    profile_id: str = ""
    outcome: RowOutcome = RowOutcome.UNCHANGED
    contested: list[Wanted] = field(default_factory=list)

    def changed(self) -> None:
        if self.outcome is RowOutcome.UNCHANGED:
            self.outcome = RowOutcome.UPDATED

    @property
    def result(self) -> RowResult:
        return kept(self.given.index, self.outcome, self.profile_id, self.left_out)

    def leave_out_erased(self, erased: Mapping[str, int]) -> None:
        """Leaves out what was erased after its consent, or without one.

        `erased` says by key when a value was, in epoch ms. Any consent of the row speaks for its identifiers, and for
        an address that of its own subscription.
        """
        if not erased:
            return
        consents = [each.wish.opt_in.at_ms for each in self.wanted if each.wish.opt_in is not None]
        newest_ms = max(consents, default=None)
        identifiers = []
        for position, value in enumerate(self.given.identifiers):
            if _is_gone(value.key, newest_ms, erased):
                self.left_out.append(replace(_FORGOTTEN, field=("identifiers", str(position))))
            else:
                identifiers.append(value)
        wanted = []
        for each in self.wanted:
            opt_in = each.wish.opt_in
            if _is_gone(each.given.address.key, None if opt_in is None else opt_in.at_ms, erased):
                self.left_out += each.refused(Refusal(replace(_FORGOTTEN, field=("optIn",))))
            else:
                wanted.append(each)
        self.given, self.wanted = replace(self.given, identifiers=tuple(identifiers)), wanted


def _is_gone(key: str, consented_ms: int | None, erased: Mapping[str, int]) -> bool:
    return key in erased and (consented_ms is None or consented_ms <= erased[key])
