"""Faults that a person can mend: their message is one clear sentence, and the command line prints just that."""


class ForPeople(Exception):
    """What went wrong and what to do, in words for whoever runs the program."""
