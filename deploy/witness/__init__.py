"""A witness of logs, run by a second body: it signs that a log only ever grew."""
