"""What is stored for ever: add fields with a default, never rename, never reuse."""
