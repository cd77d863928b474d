"""Projection: scores in, rankings out; owns nothing, may be dropped and rebuilt at any time."""
