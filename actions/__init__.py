"""Custom actions: what the assistant does beyond answering. Runs in the action server, without Rasa itself."""
