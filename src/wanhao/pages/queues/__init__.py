"""The queues of halls: the clerk's desk, and the board on the wall."""
