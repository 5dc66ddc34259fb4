"""``sinteza screen DIR``: the cards."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinteza.cli.screening import (
    folder_argument,
    home_of,
    language_option,
    payloads,
    person_named,
    person_option,
    stage_of,
    stage_option,
    write,
)

if TYPE_CHECKING:
    from sinteza.i18n import Language
    from sinteza.model.event import Payload
    from sinteza.model.record import Record
    from sinteza.screening.session import Session


@click.command("cards")
@folder_argument
@person_option
@stage_option
@language_option
@click.option("--plain", is_flag=True, help="Lines of text only: for screen readers and pipes.")
@click.option("--model", default="sinteza", show_default=True, help="The ranking.")
@click.option("--all", "ruled_out", is_flag=True, help="Also what the protocol's rules excluded.")
@click.option(
    "--only",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Only the clusters that this file lists, one a line.",
)
def command(
    folder: Path,
    person: str | None,
    stage: str,
    language: str,
    plain: bool,
    model: str,
    ruled_out: bool,
    only: Path | None,
) -> None:
    """Decide on the records of the review in DIR, the likeliest first.

    Keys: 1 include, 2 maybe, 3 exclude (then a letter for the reason, or Enter), n note, z undo,
    w why this record, ? help, q leave. Each decision is kept at once.
    """
    from sinteza.i18n import Language
    from sinteza.review.review import Review
    from sinteza.screening.ranking import ranker
    from sinteza.screening.session import Session

    lang, actor = Language(language), person_named(person)
    with Review(folder) as review:
        protocol = review.loaded.protocol
        seen = [0]

        def fresh() -> list[Payload]:
            new = list(payloads(review, after=seen[0]))
            if new:
                seen[0] = new[-1][0]
            return [payload for _, payload in new]

        def append(payload: Payload) -> list[Payload]:
            write(review, actor, [payload])
            return fresh()

        entries = review.entries
        if only is not None:
            wanted = set(only.read_text("utf-8").split())
            entries = {name: record for name, record in entries.items() if name in wanted}
        session = Session(
            entries,
            fresh(),
            actor=actor,
            stage=stage_of(stage),
            plan=protocol.screening,
            criteria=protocol.criteria,
            ranker=ranker(model),
            append=append,
            home=home_of(review),
            ruled_out=ruled_out,
        )
        keys = _Lines() if plain or not sys.stdin.isatty() else _Keys()
        with keys:
            _Desk(session, lang, keys, whole=only is None).run(fresh)


class _Lines:
    """Input as lines, of which the first letter counts: for pipes and screen readers."""

    plain = True

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was changed."""

    def key(self) -> str:
        """One line's first letter; a space for an empty line, nothing when the input ends."""
        line = sys.stdin.readline()
        return line.strip()[:1] or " " if line else ""

    def line(self) -> str:
        """A whole line."""
        return sys.stdin.readline().strip()


class _Keys:
    """Input as single keys. What is typed ahead of a card is kept for it."""

    plain = False

    def __init__(self) -> None:
        try:
            import termios
        except ImportError:  # not a POSIX system: click reads the keys there
            self._before: list[object] | None = None
        else:
            self._before = termios.tcgetattr(sys.stdin.fileno())

    def __enter__(self) -> _Keys:
        if self._before is not None:
            import termios
            import tty

            tty.setcbreak(sys.stdin.fileno(), termios.TCSADRAIN)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        if self._before is not None:
            import termios

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)  # type: ignore[arg-type] # as tcgetattr gave it

    def key(self) -> str:
        """One key; nothing when the input ends."""
        if self._before is None:
            return click.getchar()
        import os

        found = os.read(sys.stdin.fileno(), 1)
        while found and found[0] >= 0xC0 and len(found) < 2 + (found[0] >= 0xE0):
            found += os.read(sys.stdin.fileno(), 1)
        return found.decode("utf-8", "replace")

    def line(self) -> str:
        """A whole line, edited as the terminal does."""
        self.__exit__()
        try:
            return sys.stdin.readline().strip()
        finally:
            self.__enter__()


class _Desk:
    """Shows a card, reads a key, does what it says."""

    def __init__(
        self, session: Session, lang: Language, keys: _Lines | _Keys, *, whole: bool
    ) -> None:
        from sinteza.screening.highlight import protocol_terms

        self.session, self.lang, self.keys, self.plain = session, lang, keys, keys.plain
        self.terms = protocol_terms(session.plan, session.criteria)
        self.note = ""
        # the certificate speaks of all records, not of a list picked from them
        self.whole = whole

    def say(self, text: str = "", **style: bool | str) -> None:
        """A line; styled where the terminal shows it."""
        click.echo(text if self.plain or not style else click.style(text, **style))  # type: ignore[arg-type] # the styles are click's own

    def run(self, fresh: Callable[[], list[Payload]]) -> None:
        """Cards until the reader leaves or nothing is left."""
        lang = self.lang
        while True:
            self.session.receive(fresh())
            cluster = self.session.current()
            if cluster is None:
                self.say(lang.text("Nothing is left to decide at this stage."), bold=True)
                self.progress()
                return
            self.card(cluster)
            while True:
                key = self.key()
                if key in ("q", "\x04", ""):
                    self.say(lang.text("Every decision is kept. Until next time."))
                    return
                if self.act(key, cluster):
                    break

    def key(self) -> str:
        """One key. Nothing when the input ends."""
        prompt = self.lang.text("1 include  2 maybe  3 exclude  n note  z undo  ? help  q leave")
        self.say(prompt, dim=True)
        return self.keys.key()

    def ask(self, question: str) -> str:
        """A line of answer."""
        click.echo(question + " ", nl=False)
        return self.keys.line()

    def act(self, key: str, cluster: str) -> bool:
        """Do what a key says; true if the card is done with."""
        lang, session = self.lang, self.session
        if key in "12":
            decision = session.decide("include" if key == "1" else "maybe", note=self.note)
            self.decided(decision.verdict, cluster)
            return True
        if key == "3":
            reason = self.reason()
            if reason is None:
                return False
            session.decide("exclude", reason=reason, note=self.note)
            self.decided("exclude", cluster)
            return True
        if key == "z":
            back = session.undo()
            self.note = ""
            if back is None:
                self.say(lang.text("Nothing of yours is left to take back."))
                return False
            self.say(lang.text("Taken back: {record}", record=back), bold=True)
            return True
        if key == "n":
            self.note = self.ask(lang.text("Note:"))
            return False
        if key == "w":
            self.why(cluster)
        elif key == "?":
            self.help()
        elif key.strip():
            self.say(lang.text("'{key}' does nothing here; ? shows the keys.", key=key))
        return False

    def decided(self, verdict: str, cluster: str) -> None:
        """Say what was decided."""
        self.note = ""
        lang = self.lang
        said = {
            "include": lang.text("Included: {record}", record=cluster),
            "maybe": lang.text("Maybe: {record}", record=cluster),
            "exclude": lang.text("Excluded: {record}", record=cluster),
        }
        self.say(said[verdict], bold=True)

    def reason(self) -> str | None:
        """A criterion's id, nothing (title and abstract only), or ``None`` to stay on the card."""
        lang, criteria = self.lang, self.session.criteria
        letters = "abcdefghijklmoprstuvwxy"
        for letter, criterion in zip(letters, criteria, strict=False):
            self.say(f"  {letter}  {criterion.reason[lang.code]}")
        needed = self.session.stage == "full_text"
        question = (
            lang.text("Reason (a letter; z goes back):")
            if needed
            else lang.text("Reason (a letter, or Enter for none; z goes back):")
        )
        while True:
            click.echo(question)
            said = self.keys.key()
            if said in ("z", "\x04", ""):
                return None
            if not said.strip() and not needed:
                return ""
            at = letters.find(said) if said.strip() else -1
            if 0 <= at < len(criteria):
                return criteria[at].id
            self.say(lang.text("Choose one of the letters."))

    def card(self, cluster: str) -> None:
        """Progress, title, abstract with the protocol's terms marked, headings, criteria."""
        lang, record = self.lang, self.session.records[cluster]
        width = _width()
        self.say()
        if not self.plain:
            self.say("─" * width, dim=True)
        self.progress()
        self.say()
        self.marked(
            record.title or record.vernacular_title or lang.text("(no title)"), width, bold=True
        )
        self.say(_source(record), dim=True)
        self.say()
        self.marked(record.abstract_text or lang.text("(no abstract)"), width)
        headings = [heading.name for heading in record.mesh] or list(record.keywords)
        for label, names in (
            (lang.text("Headings"), headings),
            (lang.text("Publication types"), [kind.name for kind in record.publication_types]),
        ):
            if names:
                self.say()
                for line in textwrap.wrap(f"{label}: {'; '.join(names)}", width):
                    self.say(line, dim=True)
        shown = [c for c in self.session.criteria if c.stage == self.session.stage]
        if shown:
            self.say()
            self.say(lang.text("Criteria"), dim=True)
            for criterion in shown:
                for line in textwrap.wrap(f"- {criterion.text[lang.code]}", width):
                    self.say(line, dim=True)
        others = self.others(cluster)
        if others:
            self.say()
            self.say(others)

    def others(self, cluster: str) -> str:
        """What may be seen of the others' decisions."""
        from sinteza.screening.reviewing import visible

        session = self.session
        given = visible(session.state, cluster, session.stage, session.actor, session.plan)
        said = [
            f"{one.actor.name}: {self.lang.text(one.verdict)}"
            for one in given
            if one.actor != session.actor
        ]
        return "; ".join(said)

    def marked(self, text: str, width: int, *, bold: bool = False) -> None:
        """A paragraph, with the protocol's terms underlined (in plain mode as it is)."""
        from sinteza.screening.highlight import spans

        for line in textwrap.wrap(text, width, break_on_hyphens=False):
            if self.plain:
                self.say(line)
                continue
            out, at = [], 0
            for start, end in spans(line, self.terms):
                out.append(click.style(line[at:start], bold=bold))
                out.append(click.style(line[start:end], fg="cyan", underline=True, bold=bold))
                at = end
            out.append(click.style(line[at:], bold=bold))
            click.echo("".join(out))

    def progress(self) -> None:
        """``312 of 1,240 · 27 included · 18 since the last inclusion · likely 0-4 left``."""
        lang, found = self.lang, self.session.progress()
        parts = [
            lang.text(
                "{read} of {total}",
                read=lang.integer(found.screened),
                total=lang.integer(found.total),
            ),
            lang.plural("{n} included", "{n} included", found.included),
            lang.plural(
                "{n} since the last inclusion",
                "{n} since the last inclusion",
                self.session.since_last,
            ),
        ]
        if found.screened and self.whole:
            certificate = self.session.certificate()
            parts.append(
                lang.text("likely 0-{most} left", most=lang.integer(certificate.missing_high))
                if certificate.missing_high
                else lang.text("likely none left")
            )
            if certificate.met:
                parts.append(
                    lang.text(
                        "recall of {target} is certified (p = {p})",
                        target=lang.percent(certificate.target),
                        p=lang.number(certificate.p, 3),
                    )
                )
        self.say(" · ".join(parts))

    def why(self, cluster: str) -> None:
        """The heaviest terms."""
        lang = self.lang
        terms = self.session.explain(cluster)
        if not terms:
            self.say(lang.text("The ranking has no opinion yet."))
        for term in terms:
            self.say(f"  {lang.number(term.weight, 3)}  {term.term} ({term.block})")

    def help(self) -> None:
        """The keys, one a line."""
        lang = self.lang
        for key, text in (
            ("1", lang.text("include")),
            ("2", lang.text("maybe")),
            ("3", lang.text("exclude; then a letter for the reason")),
            ("n", lang.text("write a note for the decision that follows")),
            ("z", lang.text("take back your latest decision; again: the one before")),
            ("w", lang.text("why this record stands here")),
            ("?", lang.text("this list")),
            ("q", lang.text("leave; everything is kept")),
        ):
            self.say(f"  {key}  {text}")


def _width() -> int:
    import shutil

    return max(20, min(100, shutil.get_terminal_size().columns))


def _source(record: Record) -> str:
    """Authors, journal, year and identifiers in a line."""
    authors = [author.short for author in record.authors[:3]]
    if len(record.authors) > 3:
        authors.append("…")
    journal = record.journal.abbreviation or record.journal.title
    parts = [", ".join(authors), journal, str(record.year or "")]
    parts += [f"PMID {record.pmid}" if record.pmid else "", record.doi and f"doi {record.doi}"]
    return " · ".join(part for part in parts if part) or record.id
