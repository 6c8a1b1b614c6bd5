"""Logging without patients' words.

Rasa logs messages, slots and events through structlog, by default to the screen at every level; all of that is
off. What is left names what failed, never who said what.
"""

from __future__ import annotations

import logging
import os

import structlog


def configure_logging() -> None:
    """Set up logging for a process; call it before Rasa is imported."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("LOG_LEVEL", "ERROR")  # silences Rasa's progress bars as well
    logging.captureWarnings(True)  # Rasa's quote messages, and those of pinned libraries nobody here can mend
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Libraries that log without a name of their own say nothing that anybody here could act on.
    logging.getLogger().addFilter(lambda record: record.name != "root")
    logging.getLogger("bot").setLevel(logging.INFO)
    for name in ("rasa", "rasa_sdk", "onnxruntime", "alembic", "py.warnings"):
        logging.getLogger(name).setLevel(logging.ERROR)
