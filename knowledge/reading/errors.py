class Unreadable(Exception):
    """A file that no text can be had from; the message says why and what to do."""
