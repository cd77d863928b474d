"""What callers send and are sent: separate shapes for input and output, unknown fields refused."""
