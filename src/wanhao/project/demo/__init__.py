"""The demo world: a fixed cast, eleven cities of lines, and traffic that never ends."""
