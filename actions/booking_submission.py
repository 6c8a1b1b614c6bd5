"""Hands a finished booking form over: stores the request, or says that nothing was sent."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import desk
from actions.booking_form import CHECK, END, SENT
from bot.booking.requests import BookingRequest, save_request
from bot.content.clinic import BOOKING_FIELDS


class SubmitBooking(Action):
    """Stores the request under a reference. A fault of the store is raised, so that nothing claims to be requested."""

    def name(self) -> str:
        return "action_submit_booking"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        if tracker.get_slot(END) == SENT:
            reference = save_request(desk.database(), _request(tracker))
            dispatcher.utter_message(response="utter_booking_requested", reference=reference)
        else:
            dispatcher.utter_message(response="utter_booking_cancelled")
        return [SlotSet(name, None) for name in (*BOOKING_FIELDS, CHECK, END)]


def _request(tracker: Tracker) -> BookingRequest:
    answers = {field: str(tracker.get_slot(field)) for field in BOOKING_FIELDS}
    option_for_new = next(iter(desk.clinic().booking.words.new_patient))
    return BookingRequest(
        conversation_id=tracker.sender_id,
        message_id=str(tracker.latest_message["message_id"]),
        patient_name=answers["patient_name"],
        phone_encrypted=desk.phone_numbers().encrypted(answers["patient_phone"]),
        preferred_days=answers["preferred_days"],
        part_of_day=answers["part_of_day"],
        visit_reason=answers["visit_reason"],
        new_patient=answers["new_patient"] == option_for_new,
    )
