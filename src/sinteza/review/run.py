"""The main job: from a protocol to an edition, step after step, each only as far as needed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from sinteza.errors import StoreError
from sinteza.model.decision import Actor
from sinteza.model.edition import Edition
from sinteza.model.event import EditionPublished
from sinteza.model.flow import Flow
from sinteza.model.protocol import Window
from sinteza.review import edition as editions
from sinteza.review.extracting import record_readings
from sinteza.review.protocols import load
from sinteza.review.review import Progress, Review, silent
from sinteza.review.searching import search

EDITION = "edition"


class RunResult(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a run leaves behind. ``pages`` are the first pages by language."""

    folder: str
    number: int
    window: str
    flow: Flow
    duplicates: int
    problems: tuple[str, ...]
    pages: dict[str, str]
    digest: str


def run(
    protocol: str,
    folder: Path,
    *,
    records: Sequence[Path] = (),
    live: Sequence[str] = (),
    archive: Path | None = None,
    window: str = "",
    at: str = "",
    progress: Progress = silent,
) -> RunResult:
    """Do the whole review, or what is left of it, and publish its edition.

    ``protocol`` is a name or a path; ``records`` are files of the reader's own; ``live`` names the
    protocol's sources to be asked over the network; ``archive`` is a local copy of PubMed to be
    searched instead; ``window`` is one of
    the protocol's; ``at`` (UTC, ISO 8601) fixes the moment, so that the same input gives the same
    bytes. A run that was interrupted goes on where it stopped.
    """
    loaded = load(protocol)
    chosen = window_of(loaded.protocol.windows, window or loaded.protocol.window)
    with Review(folder, create=True, at=at, progress=progress) as review:
        review.adopt(loaded)
        search(review, chosen, live=live, archive=archive)
        review.import_evidence()
        review.import_files(records)
        review.dedupe()
        review.screen(chosen)
        review.classify()
        record_readings(review)
        return publish(review, chosen)


def window_of(windows: Sequence[Window], name: str) -> Window:
    """A window by its id; raises with what was meant."""
    import difflib

    from sinteza.errors import ProtocolError

    for window in windows:
        if window.id == name or not name:
            return window
    names = [window.id for window in windows]
    near = difflib.get_close_matches(name, names, n=1)
    raise ProtocolError(
        f"The protocol has no window '{name}'",
        hint=f"Did you mean '{near[0]}'?" if near else f"It has: {', '.join(names)}.",
    )


def publish(review: Review, window: Window) -> RunResult:
    """Write the edition of the review as it stands; the same state keeps its number."""
    from sinteza.publishing.html import render

    number = _number(review, window)
    made = editions.build(review, window, number=number)
    languages = review.loaded.protocol.languages
    target = review.folder / EDITION
    _write(target, render(made, languages))
    _record(review, made)
    return RunResult(
        folder=str(review.folder),
        number=number,
        window=window.id,
        flow=made.flow,
        duplicates=made.flow.duplicates,
        problems=tuple(made.flow.problems()),
        pages={code: str(target / code / "index.html") for code in languages},
        digest=made.head,
    )


def _published(review: Review) -> list[EditionPublished]:
    return [
        event.payload
        for event in review.store.events(kinds=("edition.published",))
        if isinstance(event.payload, EditionPublished)
    ]


def _number(review: Review, window: Window) -> int:
    """The number of the edition: the last one's where nothing happened since, else the next."""
    known = _published(review)
    if not known:
        return 1
    last = known[-1]
    seq, _ = review.store.head(besides="edition.published")
    same = last.window == window.id and seq == last.last_event
    return last.number if same else last.number + 1


def _record(review: Review, made: Edition) -> None:
    known = _published(review)
    if known and known[-1].number == made.number:
        return
    payload = EditionPublished(
        number=made.number, window=made.window, digest=made.head, last_event=made.events
    )
    subject = f"edition {made.number}"
    review.store.append(Actor(kind="rule", name="publish"), review.at, [(subject, payload)])


def _write(target: Path, files: dict[str, bytes]) -> None:
    """Put the pages in place all at once: a reader never sees half an edition."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    old = target.with_name(f".{target.name}.old.{os.getpid()}")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if old.exists() and not target.exists():
            old.rename(target)
        raise StoreError(
            f"The edition cannot be written: {error.strerror}",
            where=str(target),
            hint="Free some space, or choose a folder that you may write to; nothing was lost.",
        ) from error
    shutil.rmtree(old, ignore_errors=True)
