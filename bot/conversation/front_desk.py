"""The front desk: takes one turn from the patient's message to the stored replies.

The order is the promise. The message is written down before it is processed; it is assessed before Rasa
sees it; and whatever fails after that, the advice or an honest apology goes out.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any, Optional, Protocol

from sqlalchemy.engine import Engine

from bot.booking.confirmation import VISIT_CONFIRMED
from bot.content.clinic import ClinicContent
from bot.conversation.dialogue import DialogueFailed, DialogueReply, DialogueRequest
from bot.conversation.journal import TurnJournal
from bot.conversation.leg_check import LegCheck, LegCheckAnswered
from bot.conversation.limits import RateLimits, TooFast, is_too_long
from bot.conversation.message import Meaning, Message, meaning_of
from bot.conversation.replies import ReplyWriter
from bot.store.conversation_locks import ConversationLocks
from bot.store.database import StoreUnavailable
from bot.store.spool import Spool
from bot.store.tables import utc_now
from bot.store.turns import Turn, latest_outcome, latest_turns
from bot.triage.assessment import Assessment, Finding, findings_from_json
from bot.triage.engine import Triage

logger = logging.getLogger(__name__)

# What a patient said a day ago is another story: the signs of a conversation add up within this time.
_MEMORY = dt.timedelta(hours=24)
_TURNS_REMEMBERED = 60
_TURNS_SHOWN = 200
_CONSENT = ("sms_stopped", "sms_started")

Json = dict[str, Any]


class Dialogue(Protocol):
    """What the front desk needs of Rasa."""

    def ask(self, request: DialogueRequest, deadline_seconds: float) -> DialogueReply:
        """Return the answer, or raise DialogueFailed."""


class FrontDesk:
    """Takes turns. Safe to use from several threads; the turns of one conversation wait for each other."""

    def __init__(
        self,
        *,
        engine: Engine,
        spool: Spool,
        triage: Triage,
        clinic: ClinicContent,
        dialogue: Dialogue,
        limits: RateLimits,
        deadline: float,
    ) -> None:
        self._engine = engine
        self._spool = spool
        self._locks = ConversationLocks(engine)
        self._triage = triage
        self._dialogue = dialogue
        self._deadline = deadline
        self._replies = ReplyWriter(clinic, triage.rules)
        self._leg_check = LegCheck(clinic, triage.rules)
        self.limits = limits

    def take_turn(self, message: Message) -> Turn:
        """Answer the message and return its turn; a message id seen before gets its stored replies again.

        Raises ConversationBusy when the turn in front does not end, and TooFast when too many messages
        come and this one states no red flag.
        """
        return self._take(message, None)

    def take_note(self, message: Message, outcome: str) -> Turn:
        """Write the message down with the notice of this name as its reply, without asking Rasa.

        A red flag in it is answered first all the same. Raises as `take_turn` does.
        """
        return self._take(message, outcome)

    def history(self, conversation_id: str) -> list[Turn]:
        """Return the conversation's turns, oldest first, or raise StoreUnavailable."""
        return latest_turns(self._engine, conversation_id, _TURNS_SHOWN)

    def has_stopped(self, conversation_id: str) -> bool:
        """Return whether this number has asked for no more texts and not changed its mind."""
        try:
            return latest_outcome(self._engine, conversation_id, _CONSENT) == _CONSENT[0]
        except StoreUnavailable:
            return False  # Twilio keeps a list of its own; a patient in need is answered

    def opening(self, channel: str) -> Json:
        """Return the reply that a new conversation begins with."""
        return self._replies.opening(channel)

    def notice(self, name: str, channel: str) -> Json:
        """Return one of the clinic's messages as a reply."""
        return self._replies.notice(name, channel)

    def _take(self, message: Message, noted_as: Optional[str]) -> Turn:
        with self._locks.hold(message.conversation_id):
            journal = TurnJournal(self._engine, self._spool)
            turn = journal.find(message.conversation_id, message.message_id)
            if turn and turn.answered_at:
                return turn
            kept = journal.earlier_turns(message.conversation_id, _TURNS_REMEMBERED)
            # The staff's word can come between a question and its answer, and is neither.
            earlier = [turn for turn in kept if turn.outcome != VISIT_CONFIRMED]
            meaning = meaning_of(message, earlier, self._replies.opening(message.channel)["choices"])
            assessment, answered = self._assess(message, meaning, earlier)
            self._count(message, assessment)
            turn = turn or _new_turn(message, meaning)
            journal.write(turn)
            if noted_as or not meaning.is_known or is_too_long(turn.text, turn.channel):
                self._note(turn, noted_as or ("too_long" if meaning.is_known else "unknown_choice"))
            elif not journal.is_available:
                self._fall_back(turn, "unavailable", "the database is away, and with it what was said before")
            elif answered and answered.outcome:
                turn.outcome, turn.replies = "answered", [self._replies.after_leg_check(answered.outcome, turn.channel)]
            else:
                self._ask(turn, meaning, assessment, earlier)
            self._finish(turn, assessment, earlier if journal.is_available else None)
            if answered:
                turn.triage = {**(turn.triage or {}), "leg_check": answered.as_json()}
            journal.write(turn)
            return turn

    def _assess(
        self, message: Message, meaning: Meaning, earlier: list[Turn]
    ) -> tuple[Assessment, Optional[LegCheckAnswered]]:
        """Assess the message with what was said before; an answer to the leg check stands for its group."""
        said_before = _said_before(earlier)
        assessment = self._triage.assess("" if message.choice_id else message.text, said_before)
        answered = self._leg_check.answered(meaning, assessment, _remembered(earlier))
        if answered and answered.group:
            assessment = self._triage.assess_answer(meaning.text, answered.group, said_before)
        return assessment, answered

    def _count(self, message: Message, assessment: Assessment) -> None:
        try:
            self.limits.count_message(message.conversation_id)
        except TooFast:
            if not assessment.is_red_flag:
                raise

    def _note(self, turn: Turn, outcome: str) -> None:
        turn.outcome = outcome
        turn.replies = [self._replies.notice(outcome, turn.channel)] if self._replies.has_notice(outcome) else []

    def _fall_back(self, turn: Turn, notice: str, reason: str) -> None:
        logger.error("A turn got the fallback reply: %s.", reason)
        turn.outcome = "fallback"
        turn.replies = [self._replies.notice(notice, turn.channel)]

    def _ask(self, turn: Turn, meaning: Meaning, assessment: Assessment, earlier: list[Turn]) -> None:
        request = DialogueRequest(
            turn=turn,
            earlier_turns=earlier,
            text=meaning.text,
            topic=meaning.topic,
            metadata=self._metadata(assessment),
            is_red_flag=assessment.is_red_flag,
        )
        try:
            reply = self._dialogue.ask(request, self._deadline)
        except DialogueFailed as failure:
            self._fall_back(turn, "booking_unavailable" if request.is_booking else "unavailable", str(failure))
            if request.leaving_events:
                turn.events, turn.dialogue_state = request.leaving_events, {"slots": {}, "active_loop": None}
            return
        turn.outcome = "answered"
        turn.topic, turn.confidence = reply.topic, reply.confidence
        turn.events, turn.dialogue_state = reply.events, reply.state
        turn.replies = self._replies.said_by_rasa(reply)
        if not request.is_in_form:
            self._replies.add_second_answer(
                turn.replies, reply.second_topic, turn.channel, before_form=bool(reply.active_loop)
            )
        if reply.active_loop:
            self._replies.withdraw_visit(turn.replies)
        elif self._leg_check.is_due(assessment, _remembered(earlier)):
            for said in turn.replies:
                said["choices"] = []  # one question at a time
            turn.replies.append(self._leg_check.question(turn.channel, assessment.language))
        elif assessment.level == "routine":
            self._replies.offer_visit(turn.replies)

    def _metadata(self, assessment: Assessment) -> Json:
        group = assessment.standing_emergency
        stands = self._triage.rules.groups[group].stands if group else None
        return {"triage": {"parse": assessment.as_parse(), "group": assessment.group, "stands": stands}}

    def _finish(self, turn: Turn, assessment: Assessment, earlier: Optional[list[Turn]]) -> None:
        """Put the advice, or the reminder of an emergency said before, in front of everything else.

        `earlier` is None while the database is away.
        """
        replies = turn.replies or []
        if assessment.is_red_flag:
            # Rasa's rule gives the same advice; this one stands even if Rasa is away or wrong.
            replies = [self._replies.advice(assessment, turn.channel)]
        elif assessment.standing_emergency:
            replies = self._replies.behind_reminder(assessment.standing_emergency, replies, turn.channel)
        elif assessment.language == "es" and not any(_is_spanish(before) for before in earlier or ()):
            replies.insert(0, self._replies.notice("spanish", turn.channel))
        if turn.channel == "sms" and earlier == [] and assessment.level != "emergency":
            replies.append(self._replies.notice("notice", turn.channel))
        turn.replies = replies
        turn.triage_level, turn.triage = assessment.level, assessment.as_json()
        turn.answered_at = utc_now()


def _new_turn(message: Message, meaning: Meaning) -> Turn:
    return Turn(
        conversation_id=message.conversation_id,
        message_id=message.message_id,
        channel=message.channel,
        received_at=utc_now(),
        text=message.text or meaning.text,
        choice_id=message.choice_id,
        phone_encrypted=message.phone_encrypted,
    )


def _is_spanish(turn: Turn) -> bool:
    return (turn.triage or {}).get("language") == "es"


def _remembered(earlier: list[Turn]) -> list[Turn]:
    since = utc_now() - _MEMORY
    return [turn for turn in earlier if turn.received_at >= since]


def _said_before(earlier: list[Turn]) -> list[Finding]:
    triages = [turn.triage for turn in _remembered(earlier) if turn.triage]
    return [finding for triage in triages for finding in findings_from_json(triage["findings"])]
