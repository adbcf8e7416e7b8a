"""Points and stars: what customers are thanked with, a book of its own beside the money."""
