"""What a text states: figures with their kind, deeds, promises and conditions, in three languages."""
