"""What of the clinic's wording a person has approved, and whether it still is what they approved.

An approval holds for exactly the words, buttons and facts that were read: change one letter and it is gone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Literal, Optional

from sqlalchemy.engine import Engine

from bot.content.clinic import Answer, ClinicContent, Question, load_clinic
from bot.errors import ForPeople
from bot.settings import Settings
from bot.store.approvals import Approval, newest_approvals
from bot.triage.rules import Advice, GroupFile, RuleBook, Wording, load_rules

Status = Literal["written", "approved", "due for review"]


class NotApproved(ForPeople):
    """Something would be served that nobody has approved; the message names it."""


@dataclasses.dataclass(frozen=True)
class ContentItem:
    """A part of the clinic's wording that is read and approved as a whole.

    `texts` are captions and what patients read; `rests_on` are the statements behind them.
    """

    name: str
    title: str
    texts: tuple[tuple[str, str], ...]
    rests_on: tuple[str, ...]

    @property
    def content_hash(self) -> str:
        """Return what changes with every change of the words or of what they rest on."""
        content = json.dumps([self.texts, self.rests_on], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclasses.dataclass(frozen=True)
class Reviewed:
    """An item beside its newest approval, which may be of earlier words."""

    item: ContentItem
    status: Status
    approval: Optional[Approval]


def content_items(clinic: ClinicContent, rules: RuleBook) -> list[ContentItem]:
    """Return everything that patients can read, in the order in which it is best reviewed."""
    advice = (_advice_item(clinic, name, group) for name, group in rules.groups.items() if group.advice)
    answers = (_answer_item(clinic, answer) for answer in clinic.answers.values())
    return [*advice, *answers, _leg_check_item(clinic), _booking_item(clinic), _messages_item(clinic)]


def reviewed_content(settings: Settings, engine: Engine) -> list[Reviewed]:
    """Return everything that the clinic's present files say, and where each part of it stands."""
    directory, approvals = settings.clinic_directory, newest_approvals(engine)
    items = content_items(load_clinic(directory), load_rules(directory / "red_flags"))
    valid = dt.timedelta(days=settings.approval_days)
    return [_reviewed(item, approvals.get(item.name), valid) for item in items]


def require_approval(reviewed: Sequence[Reviewed]) -> None:
    """Raise NotApproved if anything is not approved as it stands; what is due for review passes."""
    missing = [entry.item.name for entry in reviewed if entry.status == "written"]
    if missing:
        raise NotApproved(
            f"REQUIRE_APPROVED_CONTENT is set, and nobody has approved: {', '.join(missing)}. "
            "Read and approve it on the staff page, under Content (bot staff serve)."
        )


def _reviewed(item: ContentItem, approval: Optional[Approval], valid: dt.timedelta) -> Reviewed:
    if approval is None or approval.content_hash != item.content_hash:
        return Reviewed(item, "written", approval)
    is_due = dt.datetime.now(dt.timezone.utc) - approval.approved_at > valid
    return Reviewed(item, "due for review" if is_due else "approved", approval)


def _answer_item(clinic: ClinicContent, answer: Answer) -> ContentItem:
    facts = (clinic.facts[name] for name in answer.facts)
    return ContentItem(
        name=f"answers/{answer.topic}",
        title=answer.label,
        texts=(*_wording_texts(answer), *_buttons([clinic.label(topic) for topic in answer.choices])),
        rests_on=tuple(f"{fact.says} ({fact.section})" for fact in facts),
    )


def _advice_item(clinic: ClinicContent, name: str, group: GroupFile) -> ContentItem:
    texts = _advice_texts(clinic, group.advice) if group.advice else ()
    return ContentItem(f"red_flags/{name}", f"{name.replace('_', ' ')} ({group.level})", texts, tuple(group.sources))


def _leg_check_item(clinic: ClinicContent) -> ContentItem:
    check = clinic.leg_check
    texts = [*_advice_texts(clinic, check.question, "question")]
    for name, answer in check.answers.items():
        texts += _advice_texts(clinic, answer.title, f"{name}, title")
        texts += _advice_texts(clinic, answer.outcome, f"{name}, outcome") if answer.outcome else ()
    return ContentItem("leg_check", "Leg check", tuple(texts), ())


def _booking_item(clinic: ClinicContent) -> ContentItem:
    booking, check = clinic.booking, clinic.booking.check
    texts: list[tuple[str, str]] = []
    for place, wording in booking.wordings():
        texts += _wording_texts(wording, str(place[-1]))
        texts += _buttons([wording.label, *wording.choices]) if isinstance(wording, Question) else ()
    texts += _buttons([check.send, check.change, check.cancel])
    return ContentItem("booking", booking.label, tuple(texts), ())


def _messages_item(clinic: ClinicContent) -> ContentItem:
    texts = (text for name, message in clinic.messages.items() for text in _wording_texts(message, name))
    return ContentItem("messages", "Other messages", tuple(texts), ())


def _advice_texts(clinic: ClinicContent, advice: Advice, caption: str = "") -> tuple[tuple[str, str], ...]:
    english, spanish = clinic.fill(advice), clinic.fill(advice.es)
    return (*_wording_texts(english, caption), *_wording_texts(spanish, f"{caption}, Spanish".lstrip(", ")))


def _wording_texts(wording: Wording, caption: str = "") -> Iterator[tuple[str, str]]:
    for key in ("web", "sms"):
        text = getattr(wording, key)
        if text:
            yield f"{caption}, {key}".lstrip(", "), text


def _buttons(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from (("button", title) for title in titles)
