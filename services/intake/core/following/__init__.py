"""What those who follow a log are told, and where they stand in it."""
