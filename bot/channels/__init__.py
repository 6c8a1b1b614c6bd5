"""How patients reach the assistant: Rasa input channels that parse, authenticate, take a turn, and render it."""
