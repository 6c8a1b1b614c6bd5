"""Gives the clinic's content to Rasa's training: intents, responses, and the rule that joins each pair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional, Union

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.clinic import BOOK, load_clinic
from bot.settings import ROOT
from bot.triage.rules import Wording, load_rules

RED_FLAG_INTENT = "red_flag_"
# Every example of ours says where it is from; the topic classifier refuses to train without any. A wrong
# importer name in config.yml is only a warning to Rasa, and the assistant would know nothing.
ORIGIN = "clinic"

Json = dict[str, Any]


class ClinicImporter(TrainingDataImporter):
    """Reads `clinic/`: a file in answers/ or red_flags/ is all that a new answer or advice needs."""

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[list[str], str]] = None,
        clinic_directory: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        directory = ROOT / (clinic_directory or "clinic")
        self._clinic = load_clinic(directory)
        self._groups = load_rules(directory / "red_flags").groups

    def get_domain(self) -> Domain:
        return Domain.from_dict({"intents": [BOOK, *self._answered_intents()], "responses": dict(self._responses())})

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        rules = [
            {"rule": f"{intent} is answered", "steps": [{"intent": intent}, {"action": f"utter_{intent}"}]}
            for intent in self._answered_intents()
        ]
        return StoryGraph(YAMLStoryReader().read_from_parsed_yaml({"version": "3.1", "rules": rules}))

    def _answered_intents(self) -> list[str]:
        flagged = [RED_FLAG_INTENT + name for name, group in self._groups.items() if group.advice]
        standing = sorted({group.stands for group in self._groups.values() if group.stands})
        return [*self._clinic.answers, *flagged, *standing]

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        labels = {topic: self._clinic.label(topic) for topic in (*self._clinic.answers, BOOK)}
        return TrainingData(
            [
                Message.build(text=label, intent=topic, intent_metadata={"origin": ORIGIN})
                for topic, label in labels.items()
            ]
        )

    def get_config(self) -> Json:
        return {}

    def get_config_file_for_auto_config(self) -> Optional[str]:
        return None

    def _responses(self) -> Iterator[tuple[str, list[Json]]]:
        for topic, answer in self._clinic.answers.items():
            yield f"utter_{topic}", _variants(answer, self._topic_buttons(answer.choices))
        for name, group in self._groups.items():
            if group.advice:
                yield f"utter_{RED_FLAG_INTENT}{name}", _variants(self._clinic.fill(group.advice), [])
        for name, message in self._clinic.messages.items():
            yield f"utter_{name}", _variants(message, [])
        yield from self._booking_responses()

    def _topic_buttons(self, topics: list[str]) -> list[Json]:
        return [{"title": self._clinic.label(topic), "payload": f"/{topic}"} for topic in topics]

    def _booking_responses(self) -> Iterator[tuple[str, list[Json]]]:
        booking = self._clinic.booking
        for name, question in booking.questions.items():
            yield f"utter_ask_{name}", _variants(question, _buttons(question.choices))
        for name, problem in booking.problems.items():
            yield f"utter_{name}_not_understood", _variants(problem, [])
        check = booking.check
        yield "utter_ask_booking_check", _variants(check, _buttons([check.send, check.change, check.cancel]))
        yield (
            "utter_ask_booking_change",
            _variants(booking.change, _buttons([q.label for q in booking.questions.values()])),
        )
        yield "utter_booking_requested", _variants(booking.requested, [])
        yield "utter_booking_cancelled", _variants(booking.cancelled, [])


def _buttons(titles: list[str]) -> list[Json]:
    return [{"title": title, "payload": title} for title in titles]


def _variants(wording: Wording, buttons: list[Json]) -> list[Json]:
    variants: list[Json] = [{"text": wording.web}]
    if wording.sms != wording.web:
        variants.append({"text": wording.sms, "channel": "sms"})
    if buttons:
        variants = [{**variant, "buttons": buttons} for variant in variants]
    return variants
