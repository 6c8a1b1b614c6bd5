"""The pages on which staff read what patients are told, beside what it rests on, and approve it.

The clinic's files are read anew for each page, so that a sentence changed a minute ago is what is read and approved;
patients get it with the next training and start.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.content.approval import Reviewed, reviewed_content
from bot.settings import Settings
from bot.staff.shell import Shell
from bot.store.approvals import approve

_CONFLICT = 409


class ContentPages:
    """The list of everything that patients can read, a page for each part, and the button that approves it."""

    def __init__(self, shell: Shell, settings: Settings) -> None:
        self._shell = shell
        self._settings = settings

    def routes(self) -> list[Route]:
        """Return the addresses of these pages."""
        return [
            Route("/content", self._list),
            Route("/content/{name:path}", self._item),
            Route("/content/{name:path}", self._approve, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        reviewed = await run_in_threadpool(self._reviewed)
        await self._shell.record(request, "viewed the list of content")
        return self._shell.page(request, "content.html", {"reviewed": reviewed})

    async def _item(self, request: Request) -> Response:
        entry = await self._find(request)
        return self._shell.page(request, "content_item.html", {"entry": entry, "has_changed": False})

    async def _approve(self, request: Request) -> Response:
        form = await self._shell.check_form(request)
        entry = await self._find(request)
        if form.get("content_hash") != entry.item.content_hash:
            shown = {"entry": entry, "has_changed": True}
            return self._shell.page(request, "content_item.html", shown, status=_CONFLICT)
        staff_name = request.session["staff_name"]
        await run_in_threadpool(approve, self._shell.engine, entry.item.name, entry.item.content_hash, staff_name)
        await self._shell.record(request, "approved content", entry.item.name)
        return RedirectResponse("/content", status_code=303)

    async def _find(self, request: Request) -> Reviewed:
        name = request.path_params["name"]
        reviewed = await run_in_threadpool(self._reviewed)
        entry = next((entry for entry in reviewed if entry.item.name == name), None)
        if entry is None:
            raise HTTPException(404)
        return entry

    def _reviewed(self) -> list[Reviewed]:
        return reviewed_content(self._settings, self._shell.engine)
