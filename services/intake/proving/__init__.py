"""Signing what was recorded, and keeping the signatures where we cannot change them."""
