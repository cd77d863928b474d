"""Scoring: facts in, the index of one region and season out, changed by constant-time deltas."""
