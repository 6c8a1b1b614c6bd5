"""One turn: a patient's message in, the replies out. Every channel calls this and nothing else."""
