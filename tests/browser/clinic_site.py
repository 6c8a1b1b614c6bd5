"""A clinic's own web site, on another origin than the assistant's: a real server with pages that tests write."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Optional
from urllib.parse import urlsplit


class ClinicSite:
    """Serves the pages of `put` at the origin's port."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._files: dict[str, tuple[str, str, dict[str, str]]] = {}
        site = self

        class _Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content_type, text, headers = site._files.get(self.path, ("text/plain", "", {}))
                self.send_response(200)
                for name, value in {"Content-Type": f"{content_type}; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", urlsplit(origin).port or 0), _Handler)

    def put(self, path: str, text: str, content_type: str = "text/html", **headers: str) -> str:
        """Publish a file and return its address."""
        self._files[path] = (content_type, text, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.origin + path

    def __enter__(self) -> ClinicSite:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
