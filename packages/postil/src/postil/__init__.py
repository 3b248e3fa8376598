"""Postil: read arXiv's day, all of it, on your own machine."""

__version__ = "0.1.0"
