from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.ledger import LedgerEntry, Subject
from graph.consent.profile_status import write_profile_statuses
from graph.consent.said_again import is_nobodys_word
from graph.consent.strictness import widens
from graph.erasing.erased_address import erased_since
from graph.errors import Refusal, UserError
from graph.history.batch import Rows, in_batches
from graph.history.row import RowResult, refused_by
from graph.idempotency import Done, Guard
from graph.identifiers import IdentifierValue
from graph.importing.in_progress import RowInProgress
from graph.importing.row import ImportedProfile, ImportTerms
from graph.importing.standing import Lane, standings
from graph.importing.subscriptions import ImportedSubscriptions
from graph.importing.wanted import Resources, Wanted
from graph.people.change import ProfileChange
from graph.people.knowledge import Knowledge, knowledge
from graph.people.matching import Match
from graph.people.resolution import Resolution
from graph.people.resolve import resolve_rows
from graph.people.touch import touch
from graph.people.upsert import refuse_by_mode
from graph.subscribing.hand_over import token_holders
from graph.vocabulary import ChangeKind, RowOutcome, UserErrorCode


async def import_profiles(
    graph: Graph,
    rows: Rows[ImportedProfile],
    guard: Guard | None,
    now_ms: int,
    terms: ImportTerms,
) -> Done:
    """Finds or makes the person of each row by its identifiers, and writes what the row says of them.

    Row by row: CREATED, UPDATED, UNCHANGED, or REFUSED where the identifiers mean several people or do not go together,
    or the mode forbids it, or a subscription cannot be. What the person's own no stands against is left out, as are
    values that are blocked or over a cap, and named in the errors of the row, which is kept all the same: no import
    opens what somebody left, and an opt-out or an erasure takes newer opt-in evidence. The same rows again change
    nothing, unless they increment, or two of them name one push token: the last one has it. It starts nothing.
    Raises what `in_batches` raises.
    """

    async def chunk(
        transaction: Transaction, part: Sequence[ImportedProfile]
    ) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
        return await import_profiles_in(transaction, part, terms, now_ms)

    return await in_batches(graph, rows, guard, now_ms, chunk)


async def import_profiles_in(
    transaction: Transaction, part: Sequence[ImportedProfile], terms: ImportTerms, now_ms: int
) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
    resources = Resources(transaction, now_ms, terms.source)
    rows, refused = [], []
    for given in part:
        wanted, wrong = await resources.wanted(given)
        if wrong and not terms.skip_invalid_subscriptions:
            refused.append(refused_by(given.index, Refusal(*wrong)))
        else:
            rows.append(RowInProgress(given, wanted, [*given.left_out, *wrong]))
    results, changes = await _Chunk(transaction, rows, terms, now_ms).written()
    return [*refused, *results], changes


@dataclass(slots=True)
class _Chunk:
    transaction: Transaction
    rows: list[RowInProgress]
    terms: ImportTerms
    now_ms: int
    kinds: defaultdict[str, set[ChangeKind]] = field(default_factory=lambda: defaultdict(set))
    statuses: list[LedgerEntry] = field(default_factory=list)
    results: list[RowResult] = field(default_factory=list)

    async def written(self) -> tuple[list[RowResult], tuple[ProfileChange, ...]]:
        holders = await self._holders()
        resolution = await resolve_rows(self.transaction, self._identifiers(), self.now_ms, holders)
        # Whoever erases somebody holds the same locks: to look before would let a row of this moment bring them back.
        await self._leave_out_erased()
        facts = [row.given.facts for row in self.rows if row.given.facts]
        known = await knowledge(self.transaction, resolution.profile_ids, facts, self.now_ms)
        meant = resolution.people.could_mean([row.given.identifiers for row in self.rows])
        resource_ids = {each.resource.id for row in self.rows for each in row.wanted}
        present = await standings(self.transaction, meant, resource_ids)
        subscriptions = ImportedSubscriptions(self.transaction, resolution, present, self.terms, holders)
        kept_rows = [row for row in self.rows if self._decide(row, resolution, known, subscriptions)]
        await resolution.write(self.transaction, known)
        await known.write(self.transaction)
        await subscriptions.write()
        # All of them are locked, or new: a token may go from one of the rows to the next.
        subscriptions.holders = {*holders, *(row.profile_id for row in kept_rows)}
        await self._settle(kept_rows, subscriptions)
        await write_profile_statuses(self.transaction, self.statuses, self.now_ms)
        return [*self.results, *(row.result for row in kept_rows)], await self._touched()

    def _identifiers(self) -> list[Sequence[IdentifierValue]]:
        """Those of each row together; an address never decides whose a row is, and is only locked with the others."""
        of_people = [row.given.identifiers for row in self.rows]
        of_addresses = [(each.given.address,) for row in self.rows for each in row.wanted]
        return [*of_people, *of_addresses]

    async def _leave_out_erased(self) -> None:
        """Whoever was erased does not come back by an old list: only a consent that is newer brings the address."""
        key = self.terms.erased_key
        values = {value.key for row in self.rows for value in (*row.given.identifiers, *row.given.addresses)}
        erased = {} if key is None else await erased_since(self.transaction, key, values)
        rows, self.rows = self.rows, []
        for row in rows:
            row.leave_out_erased(erased)
            if row.given.identifiers:
                self.rows.append(row)
            else:
                self.results.append(refused_by(row.given.index, Refusal(*row.left_out)))

    async def _holders(self) -> set[str]:
        addresses = {each.given.address.key: each.given.address for row in self.rows for each in row.wanted}
        return {holder for each in addresses.values() for holder in await token_holders(self.transaction, each)}

    def _decide(
        self, row: RowInProgress, resolution: Resolution, known: Knowledge, subscriptions: ImportedSubscriptions
    ) -> bool:
        """False where the row is refused, and then it leaves nothing behind."""
        given, source = row.given, self.terms.source
        try:
            found = resolution.meant(given.identifiers, given.match_on)
            refuse_by_mode(Match(() if found is None else (found,)), given.mode)
            news = known.news(found, given.facts)
            placed = resolution.place(found, given.identifiers, source, is_test=given.is_test)
        except Refusal as refusal:
            self.results.append(refused_by(given.index, refusal))
            return False
        row.profile_id = placed.profile_id
        row.left_out += placed.refused
        if placed.is_new:
            row.outcome = RowOutcome.CREATED
        self._note(row, ChangeKind.IDENTIFIER, is_change=placed.is_linked)
        self._note(row, ChangeKind.PROFILE, is_change=known.learn(placed.profile_id, news) or placed.is_new)
        for wanted in row.wanted:
            self._take(row, wanted, resolution, subscriptions)
        self._take_status(row, subscriptions)
        return True

    def _take(
        self, row: RowInProgress, wanted: Wanted, resolution: Resolution, subscriptions: ImportedSubscriptions
    ) -> None:
        try:
            is_linked = resolution.link(row.profile_id, [wanted.given.address], self.terms.source)
        except Refusal as refusal:
            row.left_out += wanted.refused(refusal.at("address"))
            return
        self._note(row, ChangeKind.IDENTIFIER, is_change=is_linked)
        lane = subscriptions.take(wanted, row.profile_id)
        self._note(row, ChangeKind.SUBSCRIPTION, is_change=lane is Lane.NEW)
        if lane is Lane.CONTESTED:
            row.contested.append(wanted)

    def _take_status(self, row: RowInProgress, subscriptions: ImportedSubscriptions) -> None:
        status, person = row.given.status, subscriptions.of(row.profile_id)
        if status is None or (status is person.status and not is_nobodys_word(status, person.status_cause)):
            return
        if widens(person.status, status):
            message = f"The person as a whole is {person.status}: an import does not change that."
            row.left_out.append(UserError(UserErrorCode.CONSENT_REQUIRED, message, ("status",)))
            return
        subject = Subject.profile(row.profile_id)
        entry = LedgerEntry(
            subject, row.profile_id, person.status, status, Cause.IMPORT, self.terms.actor, self.terms.source
        )
        self.statuses.append(entry)
        person.status, person.status_cause = status, entry.cause
        self._note(row, ChangeKind.PROFILE, is_change=True)

    async def _settle(self, rows: Sequence[RowInProgress], subscriptions: ImportedSubscriptions) -> None:
        for row in rows:
            for wanted in row.contested:
                settled = await subscriptions.settled(wanted, row.profile_id)
                if settled.refusal is not None:
                    row.left_out += wanted.refused(settled.refusal)
                self._note(row, ChangeKind.SUBSCRIPTION, is_change=settled.is_changed)
                for other in settled.taken_from:
                    self.kinds[other].add(ChangeKind.SUBSCRIPTION)

    async def _touched(self) -> tuple[ProfileChange, ...]:
        alike: defaultdict[frozenset[ChangeKind], list[str]] = defaultdict(list)
        for profile_id, kinds in self.kinds.items():
            alike[frozenset(kinds)].append(profile_id)
        changes: list[ProfileChange] = []
        for alike_kinds, profile_ids in alike.items():
            changes += await touch(self.transaction, profile_ids, self.now_ms, *alike_kinds)
        return tuple(changes)

    def _note(self, row: RowInProgress, kind: ChangeKind, *, is_change: bool) -> None:
        if is_change:
            self.kinds[row.profile_id].add(kind)
            row.changed()
