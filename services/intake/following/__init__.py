"""Following a log from outside: in pages, as it grows, or sent to an address."""
