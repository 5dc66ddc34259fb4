"""Every chart test in Romanian fails on a message that has no translation."""

from __future__ import annotations

import functools
import gettext

import pytest

from sinteza import i18n


class _Refuses(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        raise AssertionError(f"not translated: {message!r}")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        raise AssertionError(f"not translated: {msgid1!r}")


_AS_SHIPPED = i18n._catalog


@functools.cache
def _strict_romanian() -> gettext.NullTranslations:
    found = _AS_SHIPPED.__wrapped__("ro")
    found.add_fallback(_Refuses())
    return found


@pytest.fixture(autouse=True)
def _every_message_is_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        i18n, "_catalog", lambda code: _strict_romanian() if code == "ro" else _AS_SHIPPED(code)
    )
