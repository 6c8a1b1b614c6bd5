"""KneeDesk: the front desk of a physical-therapy clinic for questions about knee pain."""
