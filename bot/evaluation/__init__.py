"""Scripted customers against a fresh shop, judged by what the shop then holds and by what was said."""
