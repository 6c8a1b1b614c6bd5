"""Rasa's tracker store over the turns table: a tracker is the newest turns' events, nothing more.

Rasa asks for a tracker and hands it back within one turn. The events it added are not written here:
they wait in `dialogue_of_turn`, and the turn stores them with its replies in one transaction.
"""

from __future__ import annotations

import contextvars
import dataclasses
import itertools
from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.store.turns import Turn

# A rule looks back a handful of events; a booking is about ten turns, and its answers are in the
# stored slots. Reading more would only make the 800th turn dearer than the 8th.
TURNS_READ = 6


@dataclasses.dataclass
class DialogueOfTurn:
    """What Rasa reads and writes during one turn."""

    earlier_turns: list[Turn]
    opening_events: list[dict[str, Any]]
    failure: Optional[str] = None
    new_events: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    state: Optional[dict[str, Any]] = None
    events_known: int = 0


dialogue_of_turn: contextvars.ContextVar[Optional[DialogueOfTurn]] = contextvars.ContextVar(
    "dialogue_of_turn", default=None
)


class TurnTrackerStore(InMemoryTrackerStore):
    """Reads trackers from turns; outside a turn (`rasa shell`, `rasa test`) it is Rasa's in-memory store."""

    def __init__(self, domain: Domain, event_broker: Optional[EventBroker] = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        dialogue = dialogue_of_turn.get()
        if dialogue is None:
            return await super().retrieve(sender_id)
        events = _events_of(dialogue)
        if not events:
            return None  # Rasa begins a session, in which no form is active yet
        dialogue.events_known = len(events)
        opening = [Event.from_parameters(event) for event in dialogue.opening_events]
        return DialogueStateTracker.from_events(
            sender_id, [*events, *filter(None, opening)], slots=self.domain.slots, domain=self.domain
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        dialogue = dialogue_of_turn.get()
        if dialogue is None:
            await super().save(tracker)
            return
        added = itertools.islice(tracker.events, dialogue.events_known, None)
        dialogue.new_events += [event.as_dict() for event in added]
        dialogue.events_known = len(tracker.events)
        dialogue.state = _state_of(tracker)


def _events_of(dialogue: DialogueOfTurn) -> list[Event]:
    with_events = [turn for turn in dialogue.earlier_turns if turn.events is not None]
    read = with_events[-TURNS_READ:]
    before = with_events[-TURNS_READ - 1] if len(with_events) > TURNS_READ else None
    events = _events_of_state(before.dialogue_state) if before and before.dialogue_state else []
    stored = itertools.chain.from_iterable(turn.events or () for turn in read)
    return events + [event for event in map(Event.from_parameters, stored) if event]


def _state_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None}
    return {"slots": slots, "active_loop": tracker.active_loop_name}


def _events_of_state(state: dict[str, Any]) -> list[Event]:
    slots = [SlotSet(name, value) for name, value in state["slots"].items()]
    return [*slots, ActiveLoop(state["active_loop"]), ActionExecuted(ACTION_LISTEN_NAME)]
