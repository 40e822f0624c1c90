"""Viettel S-Invoice, played over HTTP. It shares no code with the adapter or the core: it is the outside."""
