"""What an auditor carries away: one program that checks a bundle, and the format it reads."""
