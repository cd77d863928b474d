"""People: who they are, the roles they hold, and their signing in."""
