"""Says honestly that a message was not understood, and offers the likeliest topics; the second time, a person."""

from __future__ import annotations

from typing import Any, Optional

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import desk
from bot.content.clinic import BOOK

_FALLBACK = "nlu_fallback"
_OFFERED = 3
_NOT_OFFERED = frozenset({_FALLBACK, "out_of_scope", "affirm", "deny", "greet", "goodbye", "thanks"})
# "And then?", "is it bad?": so short a message leans on what was talked about.
_SHORT = 5


class OfferTopics(Action):
    """Offers buttons for the likeliest topics, or after a second miss the phone and a call back."""

    def name(self) -> str:
        return "action_offer_topics"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        earlier = [event["parse_data"] for event in tracker.events if event["event"] == "user"][:-1]
        if earlier and _intent(earlier[-1]) == _FALLBACK:
            dispatcher.utter_message(response="utter_unsure_again", buttons=[_button(BOOK)])
            return []
        likeliest = [entry["name"] for entry in tracker.latest_message.get("intent_ranking") or []]
        is_short = len(str(tracker.latest_message.get("text") or "").split()) <= _SHORT
        goes_on = _next_steps(earlier) if is_short else []
        topics = [topic for topic in dict.fromkeys([*goes_on, *likeliest]) if topic not in _NOT_OFFERED]
        dispatcher.utter_message(response="utter_unsure", buttons=[_button(topic) for topic in topics[:_OFFERED]])
        return []


def _next_steps(earlier: list[dict[str, Any]]) -> list[str]:
    """Return what the answer to the last topic offers next."""
    answer = desk.clinic().answers.get(_intent(earlier[-1]) or "") if earlier else None
    return answer.choices if answer else []


def _intent(parse: dict[str, Any]) -> Optional[str]:
    name = (parse.get("intent") or {}).get("name")
    return str(name) if name else None


def _button(topic: str) -> dict[str, str]:
    return {"title": desk.clinic().label(topic), "payload": f"/{topic}"}
