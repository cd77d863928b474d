"""Receipts that verify by themselves: one fact, and the path from it to what was signed."""
