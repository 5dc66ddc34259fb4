"""English and Romanian: words, plural forms, numbers and dates.

English is the source language: a message is its own key. The Romanian catalogues are the
``locales/ro/LC_MESSAGES/*.po`` files, one per room of the house, read as they are (no compiled
copies to go stale). Romanian has three plural forms, a decimal comma and, in intervals, a
semicolon, because the comma is taken.
"""

from __future__ import annotations

import functools
import gettext
import io
import math
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

from sinteza.errors import SintezaError

LANGUAGES = ("en", "ro")


@functools.cache
def _catalog(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged: gettext.GNUTranslations | None = None
    folder = files("sinteza") / "locales" / code / "LC_MESSAGES"
    for resource in sorted(folder.iterdir(), key=lambda item: item.name):
        if not resource.name.endswith(".po"):
            continue
        compiled = io.BytesIO()
        write_mo(compiled, read_po(io.BytesIO(resource.read_bytes()), locale=code))
        compiled.seek(0)
        part = gettext.GNUTranslations(compiled)
        if merged is None:
            merged = part
        else:
            merged.add_fallback(part)
    return merged or gettext.NullTranslations()


@dataclass(frozen=True)
class Language:
    """One language of an edition: ``Language("ro")``.

    ``text`` and ``plural`` translate; ``number``, ``percent``, ``interval`` and ``date`` write
    figures as that language does.
    """

    code: str = "en"
    _translations: gettext.NullTranslations = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Load the catalogue; an unknown language is refused."""
        if self.code not in LANGUAGES:
            raise SintezaError(
                f"Sinteza does not speak '{self.code}'", hint=f"Known: {', '.join(LANGUAGES)}."
            )
        object.__setattr__(self, "_translations", _catalog(self.code))

    def text(self, message: str, /, **values: object) -> str:
        """Translate, then fill the ``{named}`` places."""
        translated = self._translations.gettext(message) if message else ""
        return translated.format(**values) if values else translated

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate by number; ``{n}`` is filled with the number as this language writes it."""
        translated = self._translations.ngettext(one, many, n)
        return translated.format(n=self.integer(n), **values)

    @property
    def decimal_mark(self) -> str:
        """The sign before the decimals: a point or a comma."""
        return "," if self.code == "ro" else "."

    def integer(self, value: int) -> str:
        """Group by thousands: 1,240 in English, 1.240 in Romanian."""
        written = f"{value:,}".replace("-", "\N{MINUS SIGN}")
        return written.replace(",", ".") if self.code == "ro" else written

    def number(self, value: float | None, digits: int = 2) -> str:
        """A figure with a fixed number of decimals; a dash for nothing, ∞ for infinity."""
        if value is None or math.isnan(value):
            return "\N{EN DASH}"
        if math.isinf(value):
            return "\N{INFINITY}" if value > 0 else "\N{MINUS SIGN}\N{INFINITY}"
        written = f"{value:.{digits}f}"
        if float(written) == 0:
            written = written.lstrip("-")
        return written.replace("-", "\N{MINUS SIGN}").replace(".", self.decimal_mark)

    def percent(self, value: float | None, digits: int = 0) -> str:
        """A fraction of one as a percentage (0.34 is 34 %)."""
        if value is None or math.isnan(value):
            return "\N{EN DASH}"
        gap = "\N{NO-BREAK SPACE}" if self.code == "ro" else ""
        return f"{self.number(100 * value, digits)}{gap}%"

    def interval(self, low: float | None, high: float | None, digits: int = 2) -> str:
        """Two bounds: ``1.20 to 3.40``, in Romanian ``1,20 până la 3,40``."""
        joint = " până la " if self.code == "ro" else " to "
        return f"{self.number(low, digits)}{joint}{self.number(high, digits)}"

    def date(self, value: date) -> str:
        """A day in full: 6 January 2021, 6 ianuarie 2021."""
        from babel.dates import format_date

        pattern = "d MMMM y"
        return format_date(value, pattern, locale=self.code)
