"""Every dotted path and every name that the YAML files give must exist: Rasa falls back in silence."""

from __future__ import annotations

import importlib
import re

import pytest
import yaml
from rasa.shared.importers.importer import TrainingDataImporter
from rasa_sdk.executor import ActionExecutor

from bot import model
from bot.content.clinic import ClinicContent
from bot.model import WrongConfiguration, check_importers
from bot.settings import ROOT

_PATH = re.compile(r"\b((?:bot|actions)(?:\.\w+)+)")
_FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")


def _dotted_paths() -> list[str]:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in _FILES]
    uncommented = [re.sub(r"#.*", "", text) for text in texts]
    return sorted({path for text in uncommented for path in _PATH.findall(text)})


@pytest.mark.parametrize("path", _dotted_paths())
def test_every_dotted_path_imports(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def test_rasas_files_name_our_parts() -> None:
    assert {
        "bot.channels.sms.SmsChannel",
        "bot.channels.widget.WidgetChannel",
        "bot.content.importer.ClinicImporter",
        "bot.nlu.triage_component.TriageComponent",
        "bot.store.lock_store.TurnLockStore",
        "bot.store.tracker_store.TurnTrackerStore",
    } <= set(_dotted_paths())


def test_the_triage_component_is_the_last_of_the_pipeline() -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    assert config["pipeline"][-1]["name"] == "bot.nlu.triage_component.TriageComponent"


@pytest.mark.parametrize(
    "importers",
    [
        "- name: RasaFileImporter\n- name: bot.content.importer.ClinicImportr\n",
        "- name: RasaFileImporter\n- name: bot.contents.importer.ClinicImporter\n",
        "- name: RasaFileImporter\n",
    ],
)
def test_a_missing_or_misspelt_importer_stops_training(
    importers: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.yml").write_text(f"importers:\n{importers}", encoding="utf-8")  # type: ignore[operator]
    monkeypatch.setattr(model, "ROOT", tmp_path)
    with pytest.raises(WrongConfiguration, match=r"config\.yml"):
        check_importers()


def test_what_the_importer_gives_to_rasa_is_the_clinics_content(clinic: ClinicContent) -> None:
    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )
    domain = importer.get_domain()
    for topic, answer in clinic.answers.items():
        texts = [variant["text"] for variant in domain.responses[f"utter_{topic}"]]
        assert texts[0] == answer.web
        assert answer.sms in texts
        assert topic in domain.intents
    assert {"red_flag_clot", "red_flag_chest", "emergency_stands", "nlu_fallback"} <= set(domain.intents)


def test_every_action_of_the_domain_exists() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    named = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["actions"]
    assert set(named) == set(executor.actions)
