"""What every staff page does: it renders in the house's frame, checks its forms, and leaves an audit entry."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from bot.staff import accounts

_TEMPLATES = Path(__file__).parent / "templates"


class Shell:
    """The frame around the pages, over one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._templates = Jinja2Templates(_TEMPLATES)

    async def check_form(self, request: Request) -> Any:
        """Return the form, or refuse one that another site made this browser send."""
        form = await request.form()
        sent, known = str(form.get("form_token", "")), request.session.get("form_token", "")
        if not known or not hmac.compare_digest(sent, known):
            raise HTTPException(403)
        return form

    async def record(self, request: Request, action: str, subject: str = "") -> None:
        """Write down that the person who is logged in did this."""
        await run_in_threadpool(accounts.record, self.engine, request.session["staff_name"], action, subject)

    def page(self, request: Request, template: str, values: dict[str, Any], status: int = 200) -> Response:
        """Return the rendered page."""
        token = request.session.setdefault("form_token", secrets.token_urlsafe(16))
        shown = {**values, "form_token": token, "staff_name": request.session.get("staff_name")}
        return self._templates.TemplateResponse(request, template, shown, status_code=status)
