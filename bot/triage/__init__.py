"""Triage: text, and what was said before, to a level with evidence. Knows spaCy, not Rasa."""
