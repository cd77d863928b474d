"""What an auditor should look at: conduct and timing that facts themselves show."""
