"""What names and expressions mean, decided on the standard library's `ast` from text alone; nothing is imported."""
