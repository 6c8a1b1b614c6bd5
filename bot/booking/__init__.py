"""Booking requests: what a patient asked for, stored once, for staff to confirm."""
