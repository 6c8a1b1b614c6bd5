"""The action server: rasa_sdk's own web application, closed to everybody but this project's Rasa.

As rasa_sdk runs it, it listens everywhere, asks for no token, and answers a fault with the whole conversation.
"""

from __future__ import annotations

import hmac
import logging
from typing import Optional

from rasa_sdk.endpoint import create_app
from sanic import HTTPResponse, Request, Sanic, response

from bot.settings import Settings, get_settings

logger = logging.getLogger(__name__)


def action_server(settings: Settings) -> Sanic:
    """Return the web application; everything but /health asks for the token."""
    app: Sanic = create_app("actions", cors_origins=[])
    token = settings.derived_key("action server token").hex()

    async def check_token(request: Request) -> Optional[HTTPResponse]:
        given = request.args.get("token") or ""
        if request.path == "/health" or hmac.compare_digest(given, token):
            return None
        return response.json({"error": "The token is missing or wrong."}, status=403)

    async def hide_fault(request: Request, fault: Exception) -> HTTPResponse:
        logger.error("An action failed with %s.", type(fault).__name__, exc_info=fault)
        return response.json({"error": "The action failed."}, status=500)

    app.register_middleware(check_token, "request")
    app.error_handler.add(Exception, hide_fault)
    return app


def serve() -> None:
    """Run the action server until it is stopped."""
    settings = get_settings()
    action_server(settings).run("127.0.0.1", settings.action_server_port, access_log=False, motd=False)
