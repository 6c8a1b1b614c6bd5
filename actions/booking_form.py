"""The booking form: takes each message as an answer, a correction, a cancellation, or a question in between.

Rasa's form asks the questions in the domain's order. This action fills, empties and ends it; when it returns
nothing, Rasa answers the message as a question of its own and then asks again.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import desk
from actions.booking_answers import answer_to, field_to_change, is_phone_number_alone, is_question, says_one_of
from bot.content.clinic import ClinicContent

REQUESTED = "requested_slot"
CHECK, CHANGE, END = "booking_check", "booking_change", "booking_end"
SENT, CANCELLED = "sent", "cancelled"

Events = list[dict[str, Any]]


class ValidateBookingForm(Action):
    """Called by Rasa's form for every message while it is active, and once when it starts."""

    def name(self) -> str:
        return "validate_booking_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        field = tracker.get_slot(REQUESTED)
        if field is None or _is_asked_again(tracker):
            return []
        message = _Message(desk.clinic(), tracker, dispatcher)
        if field == CHECK:
            return message.as_check()
        if field == CHANGE:
            return message.as_change()
        return message.as_answer(field)


def _is_asked_again(tracker: Tracker) -> bool:
    """Return whether Rasa has answered a question in between, and the form now only repeats its own."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "bot":
            return True
    return False


class _Message:
    """One message, read in the light of what the form asked."""

    def __init__(self, clinic: ClinicContent, tracker: Tracker, dispatcher: CollectingDispatcher) -> None:
        self._booking = clinic.booking
        self._answered_topics = frozenset(clinic.answers)
        self._tracker = tracker
        self._dispatcher = dispatcher
        self._text = str(tracker.latest_message.get("text") or "")

    def as_answer(self, field: str) -> Events:
        """Read it as the answer to this field."""
        if says_one_of(self._text, self._booking.words.cancel):
            return _ended(CANCELLED)
        if self._is_question(field):
            return []
        if is_phone_number_alone(self._text):
            field = "patient_phone"  # also when something else was asked: the number was wrong before
        if field == "patient_phone" and says_one_of(self._text, self._booking.words.same_number):
            value = desk.number_of_conversation(self._tracker.sender_id)
        else:
            value = answer_to(field, self._text, self._booking)
        if value is None:
            self._dispatcher.utter_message(response=f"utter_{field}_not_understood")
        return [SlotSet(field, value)]

    def as_check(self) -> Events:
        """Read it as the answer to the summary."""
        words, check = self._booking.words, self._booking.check
        if says_one_of(self._text, [*words.send, check.send]):
            return _ended(SENT)
        if says_one_of(self._text, [*words.cancel, check.cancel]):
            return _ended(CANCELLED)
        if says_one_of(self._text, [*words.change, check.change]):
            return _asks_what_to_change()
        if field_to_change(self._text, self._booking):
            return self.as_change()
        if self._is_question(CHECK):
            return []
        self._dispatcher.utter_message(response=f"utter_{CHECK}_not_understood")
        return [SlotSet(CHECK, None)]

    def as_change(self) -> Events:
        """Read it as the name of the field to change, with the new value if it says one."""
        if says_one_of(self._text, [*self._booking.words.cancel, self._booking.check.cancel]):
            return _ended(CANCELLED)
        field = field_to_change(self._text, self._booking)
        if field is None:
            self._dispatcher.utter_message(response=f"utter_{CHECK}_not_understood")
            return _asks_what_to_change()
        # "change my phone to 404 555 0123": a number is a number wherever it stands, a name is not.
        value = answer_to(field, self._text, self._booking) if field == "patient_phone" else None
        return [SlotSet(field, value), SlotSet(REQUESTED, CHECK if value else field)]

    def _is_question(self, field: str) -> bool:
        return is_question(self._text, field, self._tracker.latest_message, self._answered_topics, self._booking)


def _asks_what_to_change() -> Events:
    # Rasa's form takes a message for unread that sets no slot of its own.
    return [SlotSet(CHECK, None), SlotSet(REQUESTED, CHANGE)]


def _ended(how: str) -> Events:
    return [SlotSet(END, how), SlotSet(REQUESTED, None)]
