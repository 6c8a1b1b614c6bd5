"""Serves the widget's own files: compressed, to pages of every site, and never stale."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from sanic import HTTPResponse, Request, Sanic, response
from sanic.exceptions import NotFound

FOLDER = Path(__file__).parent.parent / "widget"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

_COMMENT = re.compile(rb"^ *(/\*\*.*?\*/|//[^\n]*)(?=\n)", re.MULTILINE | re.DOTALL)


class _File(NamedTuple):
    content_type: str
    plain: bytes
    packed: bytes
    tag: str


def serve_widget_files(app: Sanic) -> None:
    """Answer `/widget/<name>` with the files as they are now."""
    files = {path.name: _read(path) for path in FOLDER.iterdir() if path.suffix in _TYPES}

    async def serve(request: Request, name: str) -> HTTPResponse:
        if name not in files:
            raise NotFound
        return _answer(files[name], request)

    app.add_route(serve, "/widget/<name:str>", name="widget")


def _read(path: Path) -> _File:
    # The comments are for developers, and are no reason for a phone to wait. Line numbers stay as they are.
    content = _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), path.read_bytes())
    tag = hashlib.sha256(content).hexdigest()[:20]
    return _File(_TYPES[path.suffix], content, gzip.compress(content, mtime=0), f'W/"{tag}"')


def _answer(file: _File, request: Request) -> HTTPResponse:
    headers = {
        # Scripts of type module are fetched with CORS. They hold nothing secret; what may talk to the assistant
        # is said by WIDGET_ORIGINS.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        # The modules belong together: a browser asks each time and gets 304, never a mixture of two versions.
        "Cache-Control": "no-cache",
        "ETag": file.tag,
        "Vary": "Accept-Encoding",
    }
    if file.tag in request.headers.get("If-None-Match", ""):
        return response.empty(status=304, headers=headers)
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    return response.raw(file.packed if is_packed else file.plain, headers=headers, content_type=file.content_type)
