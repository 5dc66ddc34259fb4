"""What happens to a review: one event a judgment, never changed, never deleted.

The payload of an event is one of the classes below; its tag is the event's ``kind``.
"""

from __future__ import annotations

from msgspec import Struct

from sinteza.model.decision import Actor, Assignment, Decision, Stage
from sinteza.model.record import Cluster
from sinteza.model.study import ArmResult, Study


class ProtocolAdopted(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="protocol.adopted"
):
    """The review works by this protocol from now on.

    ``bundle`` is the artifact of the protocol with all that belongs to it; the digests are of the
    two files people edit.
    """

    id: str
    version: str
    bundle: str
    digest: str
    taxonomy_digest: str


class ProtocolAmended(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="protocol.amended"
):
    """The protocol was changed, and why."""

    id: str
    version: str
    bundle: str
    digest: str
    taxonomy_digest: str
    reason: str


class SearchRan(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="search.ran",
):
    """A query was put to a source, or could not be.

    ``hits`` is ``None`` where the source was not searched; ``outcome`` then says why. ``lines`` are
    the parts of the query with their hits: depth, text, count.
    """

    search: str
    source: str
    typed: str
    sent: str = ""
    window: str = ""
    start: str = ""
    end: str = ""
    hits: int | None = None
    outcome: str = "searched"
    translation: str = ""
    warnings: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()
    lines: tuple[tuple[int, str, int | None], ...] = ()
    version: str = ""


class RecordsImported(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="records.imported",
):
    """Records entered the review.

    ``raw`` is the artifact of the file as it came (``files`` where there are several), ``parsed``
    those of what was read from it.
    ``known`` counts records of the file that the review already held under the same id.
    """

    source: str
    name: str
    format: str
    raw: str
    parsed: tuple[str, ...]
    read: int
    added: int
    known: int
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class RecordsMerged(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="records.merged"
):
    """Records were found to be one entry."""

    cluster: Cluster


class RecordsSplit(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="records.split"
):
    """A merge was taken back: the members stand alone again and are not merged by themselves."""

    cluster: str
    members: tuple[str, ...]
    reason: str = ""


class RecordsDistinguished(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="records.distinguished"
):
    """A person found two entries to be two: no record of ``left`` is one with one of ``right``."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    reason: str = ""


class ScreeningDecided(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="screening.decided"
):
    """Someone, or a rule, decided on a cluster."""

    decision: Decision


class ScreeningWithdrawn(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="screening.withdrawn"
):
    """An own decision was taken back to undecided."""

    cluster: str
    stage: Stage
    actor: Actor


class ScreeningResolved(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="screening.resolved"
):
    """A conflict was settled; the decisions in conflict stay."""

    decision: Decision


class ScreeningCertified(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="screening.certified"
):
    """A stopping rule was tested; the numbers it found."""

    stage: Stage
    rule: str
    values: dict[str, float]


class ConceptAssigned(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="concept.assigned"
):
    """What was found on one cluster; replaces what the same actor found before."""

    cluster: str
    actor: Actor
    assignments: tuple[Assignment, ...]


class ExtractionRecorded(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="extraction.recorded"
):
    """A reading of one study by one reader; replaces that reader's earlier one."""

    study: Study


class ExtractionVerified(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="extraction.verified"
):
    """A person accepted, corrected or rejected one value of a reading."""

    study: str
    result: ArmResult
    verdict: str
    corrected: ArmResult | None = None


class OverlapJudged(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="overlap.judged"
):
    """A person said whether two studies (ids, in order) tell of the same people."""

    left: str
    right: str
    same: bool
    reason: str = ""


class EditionPublished(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="edition.published"
):
    """A numbered state of the review was published."""

    number: int
    window: str
    digest: str
    last_event: int


Payload = (
    ProtocolAdopted
    | ProtocolAmended
    | SearchRan
    | RecordsImported
    | RecordsMerged
    | RecordsSplit
    | RecordsDistinguished
    | ScreeningDecided
    | ScreeningWithdrawn
    | ScreeningResolved
    | ScreeningCertified
    | ConceptAssigned
    | ExtractionRecorded
    | ExtractionVerified
    | OverlapJudged
    | EditionPublished
)


class Event(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the log. ``at`` is UTC, ISO 8601; digests are SHA-256, hexadecimal."""

    seq: int
    at: str
    actor: Actor
    kind: str
    subject: str
    payload: Payload
    prev: str
    digest: str
