"""Was this helpful? Which answers a patient is asked about, and what is kept of it."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from bot.content.clinic import BOOK
from bot.store.turns import Turn, find_turn, save_feedback

# Nobody is asked whether a greeting helped, or a question of the booking form.
_NO_ANSWERS = frozenset({None, BOOK, "greet", "goodbye", "thanks", "affirm", "deny"})
# Rasa's name for a message that no topic fits well enough: the reply asks which one was meant.
_UNSURE = "nlu_fallback"


class NotAnAnswer(Exception):
    """There is no such turn in this conversation, or nothing in it that can be rated."""


def can_be_rated(turn: Turn) -> bool:
    """Return whether the turn is an answer and nothing else: no advice, no question, no excuse."""
    kinds = {reply["kind"] for reply in turn.replies or ()}
    is_asking = bool((turn.dialogue_state or {}).get("active_loop")) or _was_unsure(turn)
    return turn.outcome == "answered" and kinds == {"answer"} and turn.topic not in _NO_ANSWERS and not is_asking


def _was_unsure(turn: Turn) -> bool:
    said = (event for event in turn.events or () if event["event"] == "user")
    return any((event["parse_data"].get("intent") or {}).get("name") == _UNSURE for event in said)


def rate(engine: Engine, conversation_id: str, message_id: str, is_helpful: bool) -> None:
    """Keep what the patient thinks of the answer, or raise NotAnAnswer or StoreUnavailable."""
    turn = find_turn(engine, conversation_id, message_id)
    if turn is None or not can_be_rated(turn):
        raise NotAnAnswer
    save_feedback(engine, conversation_id, message_id, is_helpful)
