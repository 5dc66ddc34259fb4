"""An extractor that asks a language model behind an OpenAI-compatible chat endpoint.

Off unless it is named (``--extractor chat``). The endpoint, the model and the key come from the
environment: ``SINTEZA_CHAT_URL`` (the address before ``/chat/completions``), ``SINTEZA_CHAT_MODEL``
and, if the server wants one, ``SINTEZA_CHAT_KEY``. Titles, abstracts and full texts are sent there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from sinteza.errors import SourceError, SourceRefused, SourceUnavailable
from sinteza.extraction import answer
from sinteza.extraction.report import Report
from sinteza.model.record import Record
from sinteza.sources.http import Http, HttpxTransport, RateLimit, Reply, Request

NAME = "chat"
PER_SECOND = 2.0
"""Requests a second, at most."""
_MOST = 8_000


class ChatExtractor:
    """Reads a report by asking a model once, at temperature 0, for JSON.

    ``version`` is the model's name. What it answers is checked by
    :func:`sinteza.extraction.answer.report`; an answer that is no JSON gives an empty report with
    the flag ``answer_unusable``.
    """

    name = NAME

    def __init__(self, url: str, model: str, key: str = "", *, http: Http | None = None) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise SourceRefused(
                f"'{url}' is no address of a server",
                where="SINTEZA_CHAT_URL",
                hint="It looks like https://host/v1, the part before /chat/completions.",
            )
        self.version = model
        self._url = url.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        self._key = key
        self._http = http or Http(
            HttpxTransport(), RateLimit(PER_SECOND), attempts=4, base=2.0, timeout=180.0
        )

    def read(self, record: Record, /) -> Report:
        """Ask about one record.

        Raises SourceUnavailable when the server gives no whole answer after several tries, and
        SourceRefused when it answers no (a wrong key, an unknown model).
        """
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        body = {
            "model": self.version,
            "temperature": 0,
            "max_tokens": _MOST,
            "response_format": {"type": "json_object"},
            "messages": answer.messages(record),
        }
        request = Request(self._url, headers=headers, body=msgspec.json.encode(body))
        try:
            reply = self._http.send(request, check=_whole)
        except SourceRefused as error:
            raise SourceRefused(
                error.what,
                where=error.where,
                hint="Check SINTEZA_CHAT_URL, SINTEZA_CHAT_MODEL and SINTEZA_CHAT_KEY.",
            ) from error
        return answer.report(_content(reply), record, f"{NAME}/{self.version}")

    def close(self) -> None:
        """Let the connections go."""
        self._http.transport.close()


def _whole(reply: Reply) -> None:
    _content(reply)


def _content(reply: Reply) -> str:
    """The words of the first choice; SourceUnavailable where there is no such thing."""
    try:
        envelope: Any = msgspec.json.decode(reply.body)
        content = envelope["choices"][0]["message"]["content"]
    except (msgspec.DecodeError, RecursionError, KeyError, IndexError, TypeError) as error:
        raise SourceUnavailable("the server's answer is no chat completion") from error
    # a model may decline with null
    return content if isinstance(content, str) else ""


def from_environment(environment: Mapping[str, str] | None = None) -> ChatExtractor:
    """The extractor that the environment describes; the entry point ``chat``.

    Raises :class:`~sinteza.errors.SourceError` naming the variable that is missing.
    """
    held = os.environ if environment is None else environment
    for variable in ("SINTEZA_CHAT_URL", "SINTEZA_CHAT_MODEL"):
        if not held.get(variable, "").strip():
            raise SourceError(
                f"The extractor 'chat' needs {variable}",
                hint="Set SINTEZA_CHAT_URL (https://host/v1), SINTEZA_CHAT_MODEL and, if the "
                "server wants a key, SINTEZA_CHAT_KEY.",
            )
    return ChatExtractor(
        held["SINTEZA_CHAT_URL"].strip(),
        held["SINTEZA_CHAT_MODEL"].strip(),
        held.get("SINTEZA_CHAT_KEY", "").strip(),
    )
