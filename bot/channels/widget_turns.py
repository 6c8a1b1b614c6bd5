"""Turns and replies as the patient's browser may see them: docs/http-api.md shows each field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Engine

from bot.booking.requests import references_in
from bot.conversation.feedback import can_be_rated
from bot.store.database import StoreUnavailable
from bot.store.turns import Turn

Json = dict[str, Any]

# What is said in the patient's language; everything else is in English.
_TRANSLATED_KINDS = ("advice", "leg_check")


class TurnView:
    """Shows turns. It looks up the visits they requested; without the database none is shown, and the replies are."""

    def __init__(self, engine: Engine, spanish_notice: str) -> None:
        self._engine = engine
        self._spanish_notice = spanish_notice

    def turn(self, turn: Turn) -> Json:
        """Return one turn."""
        return self.turns([turn])[0]

    def turns(self, turns: Sequence[Turn]) -> list[Json]:
        """Return turns of one conversation."""
        references = self._references_in(turns[0].conversation_id) if turns else {}
        return [{**self._turn(turn), "requested_visit": references.get(turn.message_id)} for turn in turns]

    def reply(self, reply: Json, language: str = "en") -> Json:
        """Return the reply without the payloads of its choices, and with the language it is in."""
        choices = [{"id": choice["id"], "title": choice["title"]} for choice in reply["choices"]]
        is_translated = reply["kind"] in _TRANSLATED_KINDS or reply["text"] == self._spanish_notice
        return {**reply, "choices": choices, "lang": language if is_translated else "en"}

    def _turn(self, turn: Turn) -> Json:
        language = (turn.triage or {}).get("language") or "en"
        return {
            "id": turn.message_id,
            "at": turn.received_at.isoformat(timespec="seconds"),
            "text": turn.text,
            "replies": [self.reply(reply, language) for reply in turn.replies or ()],
            "can_be_rated": can_be_rated(turn),
            "helpful": turn.helpful,
        }

    def _references_in(self, conversation_id: str) -> dict[str, str]:
        try:
            return references_in(self._engine, conversation_id)
        except StoreUnavailable:
            return {}
