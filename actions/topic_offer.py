"""Says honestly that a message was not understood, and offers the likeliest topics; the second time, a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import desk
from bot.content.clinic import BOOK

_FALLBACK = "nlu_fallback"
_OFFERED = 3
_NOT_OFFERED = frozenset({_FALLBACK, "out_of_scope", "affirm", "deny", "greet", "goodbye", "thanks"})


class OfferTopics(Action):
    """Offers buttons for the likeliest topics, or after a second miss the phone and a call back."""

    def name(self) -> str:
        return "action_offer_topics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if _missed_before(tracker):
            dispatcher.utter_message(response="utter_unsure_again", buttons=[_button(BOOK)])
            return []
        ranking = tracker.latest_message.get("intent_ranking") or []
        topics = [entry["name"] for entry in ranking if entry["name"] not in _NOT_OFFERED][:_OFFERED]
        dispatcher.utter_message(response="utter_unsure", buttons=[_button(topic) for topic in topics])
        return []


def _missed_before(tracker: Tracker) -> bool:
    said = [event for event in tracker.events if event["event"] == "user"]
    return len(said) > 1 and (said[-2]["parse_data"].get("intent") or {}).get("name") == _FALLBACK


def _button(topic: str) -> dict[str, str]:
    return {"title": desk.clinic().label(topic), "payload": f"/{topic}"}
