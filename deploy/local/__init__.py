"""The embedded PostgreSQL and NATS, and the supervisor that `make run` starts."""
