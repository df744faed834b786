"""An HTTP service that misbehaves in whatever way a test asks for."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


class Rogue:
    """Answers every POST with `status`, `content_type` and `body`; an envelope around a dict body.

    `wait_s` delays the answer, `drip_s` the time between its bytes. `asked` keeps what came in.
    """

    def __init__(self) -> None:
        self.status, self.content_type = 200, "application/json"
        self.body: Any = {}
        self.headers: dict[str, str] = {}
        self.wait_s = self.drip_s = 0.0
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

    def answer_to(self, request_id: str) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        envelope = {"request_id": request_id, "status": "found", "as_of": "2026-01-15"}
        return json.dumps({**envelope, **self.body}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rogue = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                rogue.asked.append((self.path, dict(self.headers), asked))
                time.sleep(rogue.wait_s)
                content = rogue.answer_to(self.headers["X-Request-ID"])
                self.send_response(rogue.status)
                self.send_header("Content-Type", rogue.content_type)
                self.send_header("Content-Length", str(len(content)))
                for name, value in rogue.headers.items():
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
