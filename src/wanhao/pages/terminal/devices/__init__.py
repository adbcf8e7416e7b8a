"""Card reader and printer of a terminal, reached over HTTP at the terminal's own machine."""
