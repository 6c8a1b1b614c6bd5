"""`bot check`: everything of the clinic's and of Rasa's that can be wrong, each with file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from bot.content.clinic import load_clinic
from bot.content.lint import lint_content
from bot.errors import ForPeople
from bot.model import check_importers
from bot.settings import ROOT, Settings
from bot.training_phrases import alike_across_topics, training_phrases
from bot.triage.engine import Triage
from bot.triage.lint import lint_rules
from bot.triage.rules import load_rules
from bot.yaml_file import ContentError, YamlFile

_TRAINING_FILES = "data/nlu"
_FEWEST_PHRASES = 20


def problems(settings: Settings) -> list[str]:
    """Return every problem, in the order in which they are best mended."""
    checks: tuple[Callable[[Settings], Iterator[str]], ...] = (
        _content_problems,
        _rule_problems,
        _training_problems,
        _rasa_problems,
    )
    return [problem for check in checks for problem in check(settings)]


def _content_problems(settings: Settings) -> Iterator[str]:
    directory = settings.clinic_directory
    try:
        yield from lint_content(load_clinic(directory), load_rules(directory / "red_flags"), directory)
    except ContentError as error:
        yield from error.problems


def _rule_problems(settings: Settings) -> Iterator[str]:
    """Check the rules, and that they flag each file's own examples and leave its counter-examples alone."""
    directory = settings.clinic_directory / "red_flags"
    try:
        triage = Triage.from_directory(directory)
    except ContentError as error:
        yield from error.problems
        return
    yield from lint_rules(triage, directory)
    yield from _leg_check_problems(settings, triage)
    for name, group in triage.rules.groups.items():
        file = YamlFile(directory / f"{name}.yml")
        for number, text in enumerate(group.examples.flagged):
            if not any(sign.group == name for sign in triage.assess(text).signs):
                yield file.problem(("examples", "flagged", number), f"no sign of this file flags: {text}")
        for number, text in enumerate(group.examples.not_flagged):
            if any(sign.group == name for sign in triage.assess(text).signs):
                yield file.problem(("examples", "not_flagged", number), f"a sign of this file flags: {text}")


def _leg_check_problems(settings: Settings, triage: Triage) -> Iterator[str]:
    try:
        yield from load_clinic(settings.clinic_directory).leg_check.unknown_names(triage.rules)
    except ContentError:
        return  # reported with the content


def _training_problems(settings: Settings) -> Iterator[str]:
    """Check that every answered topic has phrases to be recognised by, and that no phrase stands in two topics."""
    phrases = list(training_phrases(ROOT / _TRAINING_FILES))
    counts = Counter(phrase.topic for phrase in phrases)
    first_of = {phrase.topic: phrase for phrase in reversed(phrases)}
    for topic, count in counts.items():
        if count < _FEWEST_PHRASES:
            yield first_of[topic].problem(f"{topic} has {count} phrases, not {_FEWEST_PHRASES}")
    for phrase, other in alike_across_topics(phrases):
        yield phrase.problem(f"{phrase.text!r} of {phrase.topic} is too much like {other.text!r} of {other.topic}")
    try:
        answered = load_clinic(settings.clinic_directory).answers
    except ContentError:
        return
    for topic in sorted(set(answered) - set(counts)):
        yield f"{_TRAINING_FILES}: the answer {topic} has no phrases to be recognised by"


def _rasa_problems(settings: Settings) -> Iterator[str]:
    """Load domain, stories and rules as training would, and let Rasa's own validator look at them."""
    try:
        check_importers()
    except ForPeople as error:
        yield str(error)
        return
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )
    validator = Validator.from_importer(importer)
    checks = {
        "domain.yml: the domain has duplicates or wrong mappings": validator.verify_domain_validity,
        "domain.yml and data: an intent stands in only one of them": validator.verify_intents,
        "data/stories: a form that the domain does not know": validator.verify_forms_in_stories_rules,
        "data/stories: an action that the domain does not know": validator.verify_actions_in_stories_rules,
        "data/stories: rules contradict each other": validator.verify_story_structure,
    }
    yield from (problem for problem, holds in checks.items() if not holds())
