"""Rasa graph components: what turns a message into a topic and carries its triage."""
