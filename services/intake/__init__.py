"""Intake: regions hand in facts, verifiers accept or return them; its log is the truth."""
