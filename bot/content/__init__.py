"""What the clinic owns: reads `clinic/`, checks it, and gives it to Rasa."""
