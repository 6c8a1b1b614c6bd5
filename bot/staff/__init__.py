"""The staff's web pages: conversations to review, red flags first, and booking requests."""
