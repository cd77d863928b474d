"""Pages of intake: signing in, and one's own account."""
