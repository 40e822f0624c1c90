"""`python -m bot` is `chotdon`."""

from bot.cli import main

main()
