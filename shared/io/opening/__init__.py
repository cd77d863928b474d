"""What an evidence file really is and whether it opens, judged in a process of its own."""
