"""An HTTP service that misbehaves in whatever way a test asks for."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Answer = tuple[int, Any, dict[str, str]]


class Rogue:
    """Answers every POST with `status`, `content_type` and `body`; an envelope around a dict body.

    `wait_s` delays the answer, `drip_s` the time between its bytes. `asked` keeps what came in.
    `answers(path, headers, question)` may decide instead, with (status, body, headers).
    """

    def __init__(self) -> None:
        self.status, self.content_type = 200, "application/json"
        self.body: Any = {}
        self.headers: dict[str, str] = {}
        self.wait_s = self.drip_s = 0.0
        self.answers: Callable[[str, dict[str, str], Any], Answer] | None = None
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/sources"

    def says(self, body: Any, **how: Any) -> None:
        self.body = body
        for name, value in how.items():
            setattr(self, name, value)

    def __enter__(self) -> "Rogue":
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()

    def reply(self, path: str, headers: dict[str, str], asked: Any) -> tuple[int, bytes, dict[str, str]]:
        if self.answers is None:
            return self.status, self.answer_to(headers["X-Request-ID"]), self.headers
        status, body, more = self.answers(path, headers, asked)
        return status, body if isinstance(body, bytes) else json.dumps(body).encode(), {**self.headers, **more}

    def answer_to(self, request_id: str) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        envelope = {"request_id": request_id, "status": "found", "as_of": "2026-01-15"}
        return json.dumps({**envelope, **self.body}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rogue = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                asked = json.loads(raw) if self.headers["Content-Type"] == "application/json" else raw.decode()
                rogue.asked.append((self.path, dict(self.headers), asked))
                time.sleep(rogue.wait_s)
                status, content, headers = rogue.reply(self.path, dict(self.headers), asked)
                self.send_response(status)
                self.send_header("Content-Type", rogue.content_type)
                self.send_header("Content-Length", str(len(content)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self._write(content)

            def _write(self, content: bytes) -> None:
                try:
                    if not rogue.drip_s:
                        self.wfile.write(content)
                        return
                    for byte in content:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(rogue.drip_s)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the portal has hung up, as it should

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler
