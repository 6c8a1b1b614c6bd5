"""`make bench`: start, memory and speed, beside a fresh `rasa init` project in the same environment."""
