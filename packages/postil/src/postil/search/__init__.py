"""What is derived from the store and can be rebuilt: the index, and searching it."""
