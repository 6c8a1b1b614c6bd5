"""The staff page's web application. Every page but the login asks for a session and leaves an audit entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.booking.confirmation import confirm_request
from bot.booking.requests import newest_requests
from bot.content.clinic import load_clinic
from bot.settings import Settings, get_settings
from bot.staff import accounts
from bot.staff.content_pages import ContentPages
from bot.staff.shell import Shell
from bot.store.conversations import conversations_by_urgency, find_conversation, mark_reviewed
from bot.store.database import StoreUnavailable, migrate, open_database
from bot.store.phone_numbers import PhoneNumbers
from bot.store.turns import latest_turns
from bot.yaml_file import ContentError

_HERE = Path(__file__).parent
_PAGE_SIZE = 50
_LONGEST_TRANSCRIPT = 500
_IDLE_SECONDS = 30 * 60
_LOGIN_TRIES = RateLimitItemPerMinute(10)

Page = Callable[[Request], Awaitable[Response]]


class StaffPages:
    """Conversations, booking requests, and the way in and out."""

    def __init__(self, shell: Shell, settings: Settings) -> None:
        self._shell = shell
        self._confirmation = load_clinic(settings.clinic_directory).messages["visit_confirmed"].web
        self._numbers = PhoneNumbers(settings)
        self._tries_stored = MemoryStorage()
        self._tries = MovingWindowRateLimiter(self._tries_stored)

    def routes(self) -> list[Route | Mount]:
        """Return every address the staff page answers."""
        return [
            Route("/", self._conversations),
            Route("/login", self._login_form),
            Route("/login", self._login, methods=["POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/conversations/{id}", self._conversation),
            Route("/conversations/{id}/reviewed", self._reviewed, methods=["POST"]),
            Route("/bookings", self._bookings),
            Route("/bookings/{reference}/confirmed", self._confirmed, methods=["POST"]),
            Route("/readyz", self._readyz),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]

    async def _conversations(self, request: Request) -> Response:
        number = max(1, int(request.query_params.get("page", "1"))) if _is_page(request) else 1
        found = await run_in_threadpool(
            conversations_by_urgency, self._shell.engine, _PAGE_SIZE + 1, (number - 1) * _PAGE_SIZE
        )
        await self._shell.record(request, "viewed the list of conversations")
        shown = {"conversations": found[:_PAGE_SIZE], "page": number, "has_more": len(found) > _PAGE_SIZE}
        return self._shell.page(request, "conversations.html", shown)

    async def _conversation(self, request: Request) -> Response:
        conversation_id = request.path_params["id"]
        conversation = await run_in_threadpool(find_conversation, self._shell.engine, conversation_id)
        if conversation is None:
            raise HTTPException(404)
        turns = await run_in_threadpool(latest_turns, self._shell.engine, conversation_id, _LONGEST_TRANSCRIPT)
        await self._shell.record(request, "viewed a conversation", conversation_id)
        return self._shell.page(request, "conversation.html", {"conversation": conversation, "turns": turns})

    async def _reviewed(self, request: Request) -> Response:
        await self._shell.check_form(request)
        await run_in_threadpool(mark_reviewed, self._shell.engine, request.path_params["id"])
        await self._shell.record(request, "marked a conversation reviewed", request.path_params["id"])
        return RedirectResponse("/", status_code=303)

    async def _bookings(self, request: Request) -> Response:
        requests = await run_in_threadpool(newest_requests, self._shell.engine, _PAGE_SIZE)
        await self._shell.record(request, "viewed the booking requests")
        phones = {booking.reference: self._numbers.decrypted(booking.phone_encrypted) for booking in requests}
        return self._shell.page(request, "bookings.html", {"requests": requests, "phones": phones})

    async def _confirmed(self, request: Request) -> Response:
        await self._shell.check_form(request)
        reference = request.path_params["reference"]
        words = self._confirmation.format(reference=reference)
        staff_name = request.session["staff_name"]
        await run_in_threadpool(confirm_request, self._shell.engine, reference, words, staff_name)
        return RedirectResponse("/bookings", status_code=303)

    async def _login_form(self, request: Request) -> Response:
        return self._shell.page(request, "login.html", {"failed": False})

    async def _login(self, request: Request) -> Response:
        form = await self._shell.check_form(request)
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        address = request.client.host if request.client else ""
        if not self._tries.hit(_LOGIN_TRIES, address) or not self._tries.hit(_LOGIN_TRIES, name):
            raise HTTPException(429)
        if not await run_in_threadpool(accounts.is_right_password, self._shell.engine, name, password):
            await run_in_threadpool(accounts.record, self._shell.engine, name[:80], "failed to log in")
            return self._shell.page(request, "login.html", {"failed": True}, status=403)
        request.session.clear()
        request.session["staff_name"] = name
        await self._shell.record(request, "logged in")
        return RedirectResponse("/", status_code=303)

    async def _logout(self, request: Request) -> Response:
        await self._shell.check_form(request)
        await self._shell.record(request, "logged out")
        request.session.clear()
        return RedirectResponse("/login", status_code=303)

    async def _readyz(self, request: Request) -> Response:
        await run_in_threadpool(conversations_by_urgency, self._shell.engine, 1)
        return JSONResponse({"database": True})


class _LoggedIn(BaseHTTPMiddleware):
    """Sends everybody without a session to the login, and hardens every answer."""

    def __init__(self, app: Any, engine: Engine) -> None:
        super().__init__(app)
        self._engine = engine

    async def dispatch(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        is_open = request.url.path in ("/login", "/readyz") or request.url.path.startswith("/static/")
        name = request.session.get("staff_name")
        if not is_open and not (name and await run_in_threadpool(accounts.is_staff_member, self._engine, name)):
            return RedirectResponse("/login", status_code=303)
        answer = await call_next(request)
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer


def _is_page(request: Request) -> bool:
    return request.query_params.get("page", "1").isdecimal()


def create_app(settings: Settings) -> Starlette:
    """Return the web application."""
    engine = open_database(settings.database_url)
    shell = Shell(engine)
    routes = [*StaffPages(shell, settings).routes(), *ContentPages(shell, settings).routes()]
    middleware = [
        Middleware(
            SessionMiddleware,
            secret_key=settings.derived_key("staff session").hex(),
            session_cookie="kneedesk_staff",
            max_age=_IDLE_SECONDS,
            same_site="strict",
            https_only=settings.public_url.startswith("https://"),
        ),
        Middleware(_LoggedIn, engine=engine),
    ]
    return Starlette(routes=routes, middleware=middleware, exception_handlers=_plain_errors(shell))


def _plain_errors(shell: Shell) -> dict[Any, Any]:
    async def refused(request: Request, error: HTTPException) -> Response:
        return shell.page(request, "error.html", {"status": error.status_code}, status=error.status_code)

    async def unavailable(request: Request, error: StoreUnavailable) -> Response:
        return shell.page(request, "error.html", {"status": 503}, status=503)

    async def broken(request: Request, error: ContentError) -> Response:
        return shell.page(request, "error.html", {"status": 500, "problems": error.problems}, status=500)

    return {HTTPException: refused, StoreUnavailable: unavailable, ContentError: broken}


def serve() -> None:
    """Run the staff page until it is stopped."""
    settings = get_settings()
    migrate(open_database(settings.database_url))
    uvicorn.run(
        create_app(settings), host=settings.listen_address, port=settings.staff_port, log_level="warning", ws="none"
    )  # sanic pins a websockets too old for uvicorn
