"""Bring papers from the sources into the store."""
