"""The back office: pages for what is typed in rather than said. `door.py` is all that start-up loads of it."""
