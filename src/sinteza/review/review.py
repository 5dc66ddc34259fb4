"""The one facade: a review on disk and the steps that can be taken on it.

Each step loads what it needs, calls a pure function and appends events. Running a step again with
nothing new appends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar, cast

from sinteza.classification.match import Matcher
from sinteza.dedupe.cluster import Deduplication, deduplicate, represent, united
from sinteza.errors import StoreError
from sinteza.formats import decisions
from sinteza.model.decision import Actor, Assignment, Decision, Stage
from sinteza.model.event import (
    ConceptAssigned,
    ProtocolAdopted,
    ProtocolAmended,
    RecordsDistinguished,
    RecordsImported,
    RecordsMerged,
    RecordsSplit,
    ScreeningDecided,
)
from sinteza.model.flow import Flow, SourceCount
from sinteza.model.protocol import Window
from sinteza.model.record import Cluster, Record
from sinteza.model.study import Study
from sinteza.review import imports, protocols
from sinteza.review.protocols import Loaded
from sinteza.screening import flow
from sinteza.screening.rules import Screener
from sinteza.sources import evidence, files
from sinteza.store import Draft, Store, projections

FILE = "review.sqlite"
T = TypeVar("T")
Progress = Callable[[str, int, int | None], None]
DEDUPE = Actor(kind="rule", name="dedupe", version="2")


def silent(what: str, done: int, total: int | None) -> None:
    """No progress is shown unless someone asks for it."""


def now() -> str:
    """This moment in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class _AsOf(Generic[T]):
    """A property that is worked out again only after the log grew."""

    def __init__(self, make: Callable[[Review], T]) -> None:
        self.make = make
        self.name = f"_as_of_{make.__name__}"
        self.__doc__ = make.__doc__

    def __get__(self, review: Review, owner: type) -> T:
        head = review.store.head()[0]
        seq, value = review.__dict__.get(self.name, (-1, None))
        if seq != head:
            value = self.make(review)
            review.__dict__[self.name] = (head, value)
        return cast(T, value)


class Review:
    """An open review. ``at`` is the moment that its events and its edition carry."""

    def __init__(
        self, folder: Path, *, create: bool = False, at: str = "", progress: Progress = silent
    ) -> None:
        self.folder = folder
        self.at = at or now()
        self.progress = progress
        if create:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"The folder cannot be made: {error.strerror}",
                    where=str(folder),
                    hint="Choose a folder that you may write to.",
                ) from error
        self.store = Store(folder / FILE, create=create)

    def __enter__(self) -> Review:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    @property
    def today(self) -> date:
        """The day of :attr:`at`."""
        return date.fromisoformat(self.at[:10])

    # -- the protocol --------------------------------------------------------------------------

    @cached_property
    def loaded(self) -> Loaded:
        """The protocol that the review works by now."""
        adopted = None
        for event in self.store.events(kinds=("protocol.adopted", "protocol.amended")):
            adopted = event.payload
        if not isinstance(adopted, ProtocolAdopted | ProtocolAmended):
            raise StoreError(
                "This review has no protocol yet",
                where=str(self.folder),
                hint=f"Give it one with 'sinteza run PROTOCOL --out {self.folder}'.",
            )
        return protocols.unbundle(self.store.get(adopted.bundle))

    def adopt(self, loaded: Loaded, *, person: str = "", reason: str = "") -> bool:
        """Work by this protocol from now on; gives whether that is new."""
        packed = protocols.bundle(loaded)
        last: ProtocolAdopted | ProtocolAmended | None = None
        for event in self.store.events(kinds=("protocol.adopted", "protocol.amended")):
            if isinstance(event.payload, ProtocolAdopted | ProtocolAmended):
                last = event.payload
        actor = Actor(kind="person", name=person) if person else Actor(kind="rule", name="run")
        with self.store.transaction():
            digest = self.store.put(packed, name="protocol.zip")
            if last is not None and last.bundle == digest:
                return False
            fields = {
                "id": loaded.protocol.id,
                "version": loaded.protocol.version,
                "bundle": digest,
                "digest": loaded.digest,
                "taxonomy_digest": loaded.taxonomy_digest,
            }
            payload = (
                ProtocolAdopted(**fields)
                if last is None
                else ProtocolAmended(**fields, reason=reason or "the protocol's files changed")
            )
            self.store.append(actor, self.at, [(loaded.protocol.id, payload)])
        self.__dict__.pop("loaded", None)
        return True

    # -- the steps -----------------------------------------------------------------------------

    def import_files(self, paths: Sequence[Path]) -> list[RecordsImported]:
        """Take in files of records, all of them or none."""
        return imports.import_files(self.store, paths, at=self.at, progress=self.progress)

    def import_evidence(self) -> RecordsImported | None:
        """Take in what the protocol brings along."""
        return imports.import_evidence(self.store, self.loaded, at=self.at, progress=self.progress)

    def dedupe(self) -> int:
        """Merge records that are one entry; gives how many merges are new.

        Merges made before stay, and so do the ids of entries that somebody decided on.
        """
        held = {entry.id: entry for entry in self.clusters if len(entry.members) > 1}
        drafts: list[Draft] = [
            (merged.id, RecordsMerged(cluster=merged))
            for merged in self.deduplication.clusters
            if held.get(merged.id) != merged
        ]
        if drafts:
            self.store.append(DEDUPE, self.at, drafts)
        return len(drafts)

    @_AsOf
    def deduplication(self) -> Deduplication:
        """Which records are one, which a person should look at, and which are reports of one."""
        decided = {d.cluster for d in projections.decisions(self.store.connection)}
        held = [c for c in self.clusters if len(c.members) > 1 or c.id in decided]
        return deduplicate(
            projections.records(self.store.connection),
            apart=projections.apart(self.store.connection),
            held=held,
        )

    def merge(self, left: str, right: str, *, actor: Actor) -> Cluster:
        """Make two entries one because a person says so; gives the entry.

        Entries are named by their id or that of any of their records. Raises
        :class:`~sinteza.errors.StoreError` where there is no such entry or the two are one already.
        """
        entries = [self._entry(name) for name in (left, right)]
        if entries[0] == entries[1]:
            raise StoreError(
                f"'{left}' and '{right}' are one entry already",
                where=str(self.folder),
                hint=f"List the pairs to look at with 'sinteza dedupe {self.folder} --queue'.",
            )
        members = {name: projections.record(self.store.connection, name)
                   for entry in entries for name in entry.members}  # fmt: skip
        joined = united(entries, [record for record in members.values() if record])
        self.store.append(actor, self.at, [(joined.id, RecordsMerged(cluster=joined))])
        return joined

    def split(self, cluster: str, *, actor: Actor, reason: str = "") -> Cluster:
        """Take a merge back: its records stand alone and are not merged again by themselves.

        Gives the entry as it was. Raises :class:`~sinteza.errors.StoreError` where there is no
        such entry, or one of a single record.
        """
        entry = self._entry(cluster)
        if len(entry.members) < 2:
            raise StoreError(
                f"'{cluster}' is one record",
                where=str(self.folder),
                hint=f"List the merged entries with 'sinteza dedupe {self.folder}'.",
            )
        payload = RecordsSplit(cluster=entry.id, members=entry.members, reason=reason)
        self.store.append(actor, self.at, [(entry.id, payload)])
        return entry

    def distinguish(
        self, left: str, right: str, *, actor: Actor, reason: str = ""
    ) -> tuple[Cluster, Cluster]:
        """Keep two entries apart because a person says so; gives both.

        They leave the queue and are not merged by themselves. Raises
        :class:`~sinteza.errors.StoreError` where there is no such entry or the two are one.
        """
        one, other = self._entry(left), self._entry(right)
        if one == other:
            raise StoreError(
                f"'{left}' and '{right}' are one entry",
                where=str(self.folder),
                hint=f"Take the merge back with 'sinteza dedupe {self.folder} --split {one.id}'.",
            )
        payload = RecordsDistinguished(left=one.members, right=other.members, reason=reason)
        self.store.append(actor, self.at, [(one.id, payload)])
        return one, other

    def _entry(self, name: str) -> Cluster:
        """The entry with this id, or with a record of this id."""
        for entry in self.clusters:
            if name == entry.id or name in entry.members:
                return entry
        raise StoreError(
            f"No entry '{name}'",
            where=str(self.folder),
            hint=f"List the merged entries with 'sinteza dedupe {self.folder}'.",
        )

    def screen(self, window: Window) -> int:
        """Apply the protocol's rules within a window; gives how many decisions are new."""
        screener = Screener(self.loaded.protocol, window, self.today)
        held = {
            decision.cluster: decision
            for decision in projections.decisions(self.store.connection, "title_abstract")
            if decision.actor.key == screener.actor.key
        }
        entries = self.entries
        drafts: list[Draft] = []
        for number, (name, record) in enumerate(entries.items(), 1):
            decision = self._rule(screener, name, record)
            if held.get(name) != decision:
                drafts.append((name, ScreeningDecided(decision=decision)))
            if number % 2000 == 0:
                self.progress("screen", number, len(entries))
        if drafts:
            self.store.append(screener.actor, self.at, drafts)
        return len(drafts)

    def _rule(self, screener: Screener, name: str, record: Record) -> Decision:
        known = self.known_criteria.get(record.pmid)
        # only what people read may decide what a rule cannot see
        read = [r for r in self.readings_of.get(name, ()) if not r.by_machine]
        return screener.decide(name, record, read, known)

    def screened(self, window: Window) -> dict[str, Decision]:
        """What the rules alone would decide within a window; nothing is recorded."""
        screener = Screener(self.loaded.protocol, window, self.today)
        return {name: self._rule(screener, name, r) for name, r in self.entries.items()}

    def classify(self) -> int:
        """Find the taxonomy's concepts in every entry; gives how many entries changed."""
        matcher = Matcher(self.loaded.taxonomy)
        held: dict[str, list[Assignment]] = {}
        for assignment in projections.assignments(self.store.connection):
            held.setdefault(assignment.cluster, []).append(assignment)
        drafts: dict[str, list[Draft]] = {}
        actors: dict[str, Actor] = {}
        entries = self.entries
        for number, (name, record) in enumerate(entries.items(), 1):
            found = [_of(name, item) for item in matcher.match(record)]
            if not record.abstract:
                found += [_of(name, item) for item in self.known_concepts.get(record.pmid, ())]
            if found and tuple(found) != tuple(held.get(name, ())):
                actor = found[0].actor
                actors[actor.key] = actor
                payload = ConceptAssigned(cluster=name, actor=actor, assignments=tuple(found))
                drafts.setdefault(actor.key, []).append((name, payload))
            if number % 500 == 0:
                self.progress("classify", number, len(entries))
        for key, listed in drafts.items():
            self.store.append(actors[key], self.at, listed)
        return sum(len(listed) for listed in drafts.values())

    # -- what is known now ---------------------------------------------------------------------

    @_AsOf
    def clusters(self) -> list[Cluster]:
        """The entries of the review."""
        return list(projections.clusters(self.store.connection))

    @_AsOf
    def entries(self) -> dict[str, Record]:
        """The best record of every entry, by the cluster's id."""
        records = {record.id: record for record in projections.records(self.store.connection)}
        return {
            entry.id: represent(records[member] for member in entry.members)
            for entry in self.clusters
        }

    def records(self, names: Collection[str]) -> Iterator[Record]:
        """Some of the review's records as their sources gave them, by id."""
        for name in sorted(names):
            if record := projections.record(self.store.connection, name):
                yield record

    @cached_property
    def known_criteria(self) -> dict[str, dict[str, str]]:
        """Criteria that abstracts not at hand were found to meet, by PubMed number."""
        return evidence.read_criteria(self.loaded.evidence) if self.loaded.evidence else {}

    @cached_property
    def known_concepts(self) -> dict[str, list[Assignment]]:
        """Concepts found in abstracts not at hand, by PubMed number."""
        return evidence.read_concepts(self.loaded.evidence) if self.loaded.evidence else {}

    @_AsOf
    def readings_of(self) -> dict[str, list[Study]]:
        """What people and machines read, by entry, found by PubMed number or the study's id."""
        by_key: dict[str, list[Study]] = {}
        for reading in projections.readings(self.store.connection):
            for key in (*reading.reports, f"evidence:{reading.id}"):
                by_key.setdefault(key, []).append(reading)
        found: dict[str, list[Study]] = {}
        for name, record in self.entries.items():
            keys = [f"pmid:{record.pmid}"] if record.pmid else [record.id]
            listed = [reading for key in keys for reading in by_key.get(key, ())]
            if listed:
                found[name] = listed
        return found

    @_AsOf
    def studies_of(self) -> dict[str, tuple[str, ...]]:
        """The studies that each entry reports, by their ids."""
        return {
            name: tuple(dict.fromkeys(reading.id for reading in readings))
            for name, readings in self.readings_of.items()
        }

    def held(self, stage: Stage = "title_abstract") -> dict[str, Decision | None]:
        """The decision that holds for every entry at a stage.

        A person's decision on a record follows it into the entry that the record was merged into.
        """
        by_cluster: dict[str, list[Decision]] = {}
        for decision in projections.decisions(self.store.connection, stage):
            by_cluster.setdefault(decision.cluster, []).append(decision)
        settled = {
            d.cluster: d for d in projections.resolutions(self.store.connection) if d.stage == stage
        }
        found: dict[str, Decision | None] = {}
        for entry in self.clusters:
            own = by_cluster.get(entry.id, [])
            carried = [
                decision
                for member in entry.members
                if member != entry.id
                for decision in by_cluster.get(member, ())
                if decision.actor.kind == "person"
            ]
            found[entry.id] = flow.settle(
                [*own, *carried],
                settled.get(entry.id),
                reviewers=self.loaded.protocol.screening.reviewers,
            )
        return found

    def full_text(self) -> dict[str, Decision | None] | None:
        """The decisions on full reports, or ``None`` while nobody has made one."""
        began = next(iter(projections.decisions(self.store.connection, "full_text")), None)
        return None if began is None else self.held("full_text")

    def final(self) -> dict[str, Decision | None]:
        """The decision that holds for every entry after both stages."""
        full = self.full_text()
        return {name: flow.final(first, full) for name, first in self.held().items()}

    @property
    def window(self) -> str:
        """The window of the last edition, else the protocol's own choice."""
        last = ""
        for event in self.store.events(kinds=("edition.published",)):
            last = getattr(event.payload, "window", "")
        return last or self.loaded.protocol.window_named().id

    def concept_counts(self) -> dict[str, int]:
        """How many entries hold each concept, not negated."""
        found: dict[str, set[str]] = {}
        for item in projections.assignments(self.store.connection):
            if item.polarity == "present":
                found.setdefault(item.concept, set()).add(item.cluster)
        return {name: len(entries) for name, entries in found.items()}

    def export(self, target: Path, *, form: str = "", only: str = "") -> int:
        """Write the entries with their decisions for other tools; gives how many.

        ``only`` is include, exclude or undecided.
        """
        held = self.final()
        entries = self.entries
        chosen = []
        for name, record in entries.items():
            decision = held.get(name)
            verdict = decision.verdict if decision else None
            if only and (verdict if verdict in ("include", "exclude") else "undecided") != only:
                continue
            reason = decision.reason if decision else ""
            chosen.append(decisions.decided(record, verdict, reason))
        files.write_records(chosen, target, form=form)
        return len(chosen)

    def flow(self) -> Flow:
        """The PRISMA counts as they stand."""
        counts = [
            SourceCount(
                source=event.payload.source,
                name=event.payload.name,
                read=event.payload.read,
                known=event.payload.known,
            )
            for event in self.store.events(kinds=("records.imported",))
            if isinstance(event.payload, RecordsImported)
        ]
        final = self.final()
        included = {name for name, d in final.items() if d and d.verdict == "include"}
        readings = self.readings_of
        studies = {
            reading.id
            for name in included
            for reading in readings.get(name, ())
            if reading.results and not reading.by_machine
        }
        return flow.count(
            counts, self.clusters, self.held(), full=self.full_text(), studies=len(studies)
        )


def _of(name: str, assignment: Assignment) -> Assignment:
    """The assignment under the entry's id, which may be another member's."""
    import msgspec

    return msgspec.structs.replace(assignment, cluster=name)


def open_review(folder: str | Path, *, at: str = "") -> Review:
    """Open the review in a folder; raises :class:`~sinteza.errors.StoreError` without one."""
    return Review(Path(folder), at=at)
