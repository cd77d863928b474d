"""The same facts under other rules."""
