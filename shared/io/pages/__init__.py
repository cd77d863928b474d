"""What the pages of all services share: layout, style, words, and how they are drawn."""
