"""Bills may be imported; a feed counts what it told of nobody here."""
