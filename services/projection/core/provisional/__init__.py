"""How far a score before verification may still move."""
