"""An OpenAI-compatible chat endpoint over loopback for tests, with faults on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS = ("500", "429", "slow", "cut connection", "HTML page", "no choices")


@dataclass
class FakeChat:
    """``content`` is what the model says; each fault is committed once, then none."""

    content: str = "{}"
    key: str = "secret"
    faults: list[str] = field(default_factory=list)
    slow: float = 1.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(chat: FakeChat) -> Iterator[FakeChat]:
    """The endpoint on a free port while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            chat.requests.append(json.loads(body))
            if self.path != "/v1/chat/completions":
                self._answer(404, b"no such path")
            elif self.headers["Authorization"] != f"Bearer {chat.key}":
                self._answer(401, b'{"error": {"message": "wrong key"}}')
            else:
                self._serve(chat.faults.pop(0) if chat.faults else "")

        def _serve(self, fault: str) -> None:
            whole = {"choices": [{"message": {"role": "assistant", "content": chat.content}}]}
            if fault.isdigit():
                self._answer(int(fault), b"overloaded")
            elif fault == "HTML page":
                self._answer(200, b"<html>maintenance</html>")
            elif fault == "no choices":
                self._answer(200, b'{"choices": []}')
            elif fault == "cut connection":
                self.send_response(200)
                self.send_header("Content-Length", "5000")
                self.end_headers()
                self.wfile.write(b'{"choices"')
            else:
                if fault == "slow":
                    time.sleep(chat.slow)
                self._answer(200, json.dumps(whole).encode())

        def _answer(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    chat.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
