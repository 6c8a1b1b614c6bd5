"""The clinic's own content: its facts, answers, messages and booking form, read and checked.

Placeholders such as {phone} are filled at load. An empty fact may not be used: then the answer's
`if_known` is left out and its plain wording, which says that the fact is not known, is served.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Optional

from pydantic import Field, root_validator

from bot.content.leg_check import LegCheckContent
from bot.triage.rules import Wording
from bot.yaml_file import ContentError, Place, StrictModel, YamlFile

BOOK = "book_appointment"

# The messages that the code speaks by name; `bot check` asks for each of them.
MESSAGES = frozenset(
    {
        *("notice", "spanish", "unsure", "unsure_again", "empty", "picture", "too_long", "unknown_choice"),
        "visit_confirmed",
        *("unavailable", "booking_unavailable", "busy", "too_fast"),
        *("sms_stopped", "sms_started", "sms_help", "sms_choose"),
    }
)
BOOKING_FIELDS = ("patient_name", "patient_phone", "preferred_days", "part_of_day", "visit_reason", "new_patient")
_FILLED_LATER = frozenset((*BOOKING_FIELDS, "reference"))


class ClinicFacts(StrictModel):
    """clinic.yml; an empty text is a fact that is not known."""

    name: str = Field(..., min_length=1)
    short_name: str = Field(..., min_length=1)
    phone: str = Field(..., min_length=1)
    city: str = Field(..., min_length=1)
    area: str = Field(..., min_length=1)
    street_address: str = ""
    opening_hours: str = ""
    prices_and_insurance: str = ""
    referral: str = ""
    what_to_bring: str = ""
    recovery_time: str = ""
    privacy_contact: str = ""


class Fact(StrictModel):
    """One statement of the clinic's page, and the section it stands in."""

    says: str
    section: str


class FactsFile(StrictModel):
    """facts.yml."""

    page: str
    facts: dict[str, Fact]


class KnownWording(Wording):
    """The wording that is served once clinic.yml knows this fact."""

    fact: str


class Answer(Wording):
    """One file of answers/."""

    topic: str
    label: str
    facts: list[str] = []
    choices: list[str] = []
    if_known: Optional[KnownWording] = None


class Question(Wording):
    """One question of the booking form."""

    label: str
    choices: list[str] = []


class Check(Wording):
    """The summary a patient confirms, and its three buttons."""

    send: str
    change: str
    cancel: str


class BookingWords(StrictModel):
    """What people type instead of pressing a button.

    The keys of `fields` are fields, those of the last two the titles of buttons, first the one for "new".
    """

    cancel: list[str]
    send: list[str]
    change: list[str]
    same_number: list[str]
    question_starts: list[str]
    fields: dict[str, list[str]]
    part_of_day: dict[str, list[str]]
    new_patient: dict[str, list[str]]


class BookingContent(StrictModel):
    """booking.yml."""

    label: str
    questions: dict[str, Question]
    problems: dict[str, Wording]
    check: Check
    change: Wording
    requested: Wording
    cancelled: Wording
    words: BookingWords

    @root_validator(skip_on_failure=True)
    def _asks_every_field(cls, values: dict[str, object]) -> dict[str, object]:
        questions = values["questions"]
        if not isinstance(questions, dict) or set(questions) != set(BOOKING_FIELDS):
            raise ValueError(f"questions must be exactly {', '.join(BOOKING_FIELDS)}")
        return values

    def wordings(self) -> Iterator[tuple[Place, Wording]]:
        """Yield everything that is said during a booking, with its place in the file."""
        yield from ((("questions", name), question) for name, question in self.questions.items())
        yield from ((("problems", name), problem) for name, problem in self.problems.items())
        said = {"check": self.check, "change": self.change, "requested": self.requested, "cancelled": self.cancelled}
        yield from (((name,), wording) for name, wording in said.items())


class MessagesFile(StrictModel):
    """messages.yml."""

    __root__: dict[str, Wording]


class ClinicContent(NamedTuple):
    """Everything the clinic says, placeholders filled (but for a booking's own fields)."""

    clinic: ClinicFacts
    facts: Mapping[str, Fact]
    answers: Mapping[str, Answer]
    messages: Mapping[str, Wording]
    booking: BookingContent
    leg_check: LegCheckContent

    def label(self, topic: str) -> str:
        """Return what a button for this topic says."""
        return self.booking.label if topic == BOOK else self.answers[topic].label

    def fill(self, wording: Wording) -> Wording:
        """Return wording that another file owns with the clinic's facts in it."""
        known = self.clinic.dict()
        return Wording(web=wording.web.format(**known), sms=wording.sms.format(**known))


def load_clinic(directory: Path) -> ClinicContent:
    """Read the clinic's folder, or raise ContentError with file and line of each problem."""
    clinic = YamlFile(directory / "clinic.yml").parse(ClinicFacts)
    facts = YamlFile(directory / "facts.yml").parse(FactsFile).facts
    messages_file = YamlFile(directory / "messages.yml")
    messages = messages_file.parse(MessagesFile).__root__
    booking_file = YamlFile(directory / "booking.yml")
    booking = booking_file.parse(BookingContent)
    leg_check = YamlFile(directory / "leg_check.yml").parse(LegCheckContent)
    answer_files = {path.stem: YamlFile(path) for path in sorted((directory / "answers").glob("*.yml"))}
    answers = {name: file.parse(Answer) for name, file in answer_files.items()}
    problems = [messages_file.problem((), f"{name} is missing") for name in sorted(MESSAGES - set(messages))]
    known = {name: value for name, value in clinic.dict().items() if value}
    filler = _Filler(known)
    filled_answers = {}
    for name, answer in answers.items():
        problems += _wrong_names(answer_files[name], answer, answers, facts, clinic)
        filled_answers[name] = filler.answer(answer_files[name], answer)
    filled_messages = {name: filler.wording(messages_file, (name,), wording) for name, wording in messages.items()}
    filled_booking = filler.booking(booking_file, booking)
    if problems or filler.problems:
        raise ContentError([*problems, *filler.problems])
    return ClinicContent(clinic, facts, filled_answers, filled_messages, filled_booking, leg_check)


def _wrong_names(
    file: YamlFile, answer: Answer, answers: Mapping[str, Answer], facts: Mapping[str, Fact], clinic: ClinicFacts
) -> Iterator[str]:
    if answer.topic != file.path.stem:
        yield file.problem(("topic",), f"the file is named {file.path.stem!r}, its topic {answer.topic!r}")
    for number, fact in enumerate(answer.facts):
        if fact not in facts:
            yield file.problem(("facts", number), f"facts.yml has no fact {fact!r}")
    for number, topic in enumerate(answer.choices):
        if topic not in answers and topic != BOOK:
            yield file.problem(("choices", number), f"there is no answer {topic!r} to offer")
    if answer.if_known and answer.if_known.fact not in clinic.__fields__:
        yield file.problem(("if_known", "fact"), f"clinic.yml has no fact {answer.if_known.fact!r}")


class _Filler:
    """Fills the clinic's facts into wordings and notes what it cannot fill."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self.problems: list[str] = []

    def answer(self, file: YamlFile, answer: Answer) -> Answer:
        chosen: Wording = answer
        place: Place = ()
        if answer.if_known and answer.if_known.fact in self._known:
            chosen, place = answer.if_known, ("if_known",)
        return answer.copy(update=self.wording(file, place, chosen).dict(include={"web", "sms"}))

    def booking(self, file: YamlFile, booking: BookingContent) -> BookingContent:
        groups = {
            name: {key: self.wording(file, (name, key), wording) for key, wording in getattr(booking, name).items()}
            for name in ("questions", "problems")
        }
        single = {
            name: self.wording(file, (name,), getattr(booking, name))
            for name in ("check", "change", "requested", "cancelled")
        }
        return booking.copy(update={**groups, **single})

    def wording(self, file: YamlFile, place: Place, wording: Wording) -> Wording:
        texts = {key: self._text(file, (*place, key), getattr(wording, key)) for key in ("web", "sms")}
        return wording.copy(update=texts)

    def _text(self, file: YamlFile, place: Place, text: str) -> str:
        values = dict(self._known)
        for _, name, _, _ in string.Formatter().parse(text):
            if name in _FILLED_LATER:
                values[name] = f"{{{name}}}"
            elif name is not None and name not in values:
                self.problems.append(file.problem(place, f"clinic.yml does not say {name!r}, which is used here"))
                values[name] = ""
        return text.format(**values)
