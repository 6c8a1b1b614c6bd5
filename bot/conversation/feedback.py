"""Was this helpful? Which answers a patient is asked about, and what is kept of it."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from bot.content.clinic import BOOK
from bot.store.turns import Turn, find_turn, save_feedback

# Nobody is asked whether a greeting helped, or a question of the booking form.
_NO_ANSWERS = frozenset({None, BOOK, "greet", "goodbye", "thanks", "affirm", "deny"})


class NotAnAnswer(Exception):
    """There is no such turn in this conversation, or nothing in it that can be rated."""


def can_be_rated(turn: Turn) -> bool:
    """Return whether the turn is an answer and nothing else: no advice, no question, no excuse."""
    is_asking = bool((turn.dialogue_state or {}).get("active_loop"))
    kinds = {reply["kind"] for reply in turn.replies or ()}
    return turn.outcome == "answered" and kinds == {"answer"} and turn.topic not in _NO_ANSWERS and not is_asking


def rate(engine: Engine, conversation_id: str, message_id: str, is_helpful: bool) -> None:
    """Keep what the patient thinks of the answer, or raise NotAnAnswer or StoreUnavailable."""
    turn = find_turn(engine, conversation_id, message_id)
    if turn is None or not can_be_rated(turn):
        raise NotAnAnswer
    save_feedback(engine, conversation_id, message_id, is_helpful)
