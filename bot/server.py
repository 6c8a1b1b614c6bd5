"""The assistant's web server: Rasa's model and channels, the demo page, and whether it is ready.

docs/adr/0004 says why this is not `rasa run`: no version disclosed, bound to one address, requests limited in
size, and a readiness that means something.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import register
from rasa.core.run import create_http_input_channels
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from sanic import HTTPResponse, Request, Sanic, response
from sanic.exceptions import SanicException
from sanic.response import BaseHTTPResponse
from sqlalchemy import text

from bot.channels.turns import off_the_loop
from bot.channels.widget_files import FOLDER, serve_widget_files
from bot.content.approval import require_approval, reviewed_content
from bot.conversation.dialogue import ActionServer
from bot.model_files import newest_model
from bot.settings import ROOT, Settings, get_settings
from bot.store.database import StoreUnavailable, migrate, open_database, reading

logger = logging.getLogger(__name__)

_LARGEST_REQUEST = 512 * 1024


async def load_assistant(settings: Settings, actions: EndpointConfig) -> Agent:
    """Load the newest model with the project's stores and these actions, or raise ModelMissing."""
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    endpoints.action = actions
    return await load_agent(model_path=str(newest_model(settings.models_directory)), endpoints=endpoints)


def create_app(settings: Settings) -> Sanic:
    """Return the web server; it loads the model when it starts."""
    app = Sanic("kneedesk", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = _LARGEST_REQUEST
    app.config.PROXIES_COUNT = settings.proxies_count
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = None
    register(create_http_input_channels(None, str(ROOT / "credentials.yml")), app, route="/webhooks/")
    app.add_route(_readiness(app, settings), "/readyz")
    app.static("/", FOLDER / "demo.html", name="demo", content_type="text/html; charset=utf-8")
    serve_widget_files(app)
    app.register_middleware(_harden, "response")
    app.error_handler.add(SanicException, _plain_error)

    @app.before_server_start
    async def load(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        token = settings.derived_key("action server token").hex()
        app.ctx.agent = await load_assistant(settings, ActionServer(settings.action_server_url, token=token))

    return app


def serve() -> None:
    """Run the assistant until it is stopped."""
    settings = get_settings()
    engine = open_database(settings.database_url)
    migrate(engine)
    if settings.require_approved_content:
        require_approval(reviewed_content(settings, engine))
    app = create_app(settings)
    app.run(settings.listen_address, settings.assistant_port, access_log=False, motd=False)


def _readiness(app: Sanic, settings: Settings) -> Any:
    engine = open_database(settings.database_url)

    def database_answers() -> bool:
        try:
            with reading(engine) as connection:
                connection.execute(text("SELECT 1 FROM turns LIMIT 1"))
        except StoreUnavailable:
            return False
        return True

    async def readyz(request: Request) -> HTTPResponse:
        agent = app.ctx.agent
        parts = {"model": bool(agent and agent.is_ready()), "database": await off_the_loop(database_answers)}
        return response.json(parts, status=200 if all(parts.values()) else 503)

    return readyz


async def _harden(request: Request, answer: BaseHTTPResponse) -> None:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    if answer.content_type and answer.content_type.startswith("text/html"):
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
        )


async def _plain_error(request: Request, error: SanicException) -> HTTPResponse:
    """Answer with the status alone: Sanic's own texts quote the request."""
    status = getattr(error, "status_code", 500)
    reason = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(status, "bad_request")
    return response.json({"error": {"code": reason, "message": reason.replace("_", " ")}}, status=status)
