"""Measures the assistant on labelled messages, through the same turn as a patient's."""
