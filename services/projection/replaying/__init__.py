"""Replaying: what is served, beside what an independent program makes of the same facts."""
