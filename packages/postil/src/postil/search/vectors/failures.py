"""What can go wrong with vectors; search goes on without, and the status says so."""

from postil.errors import BadInput, DataFolderDamaged, PostilError


class VectorsDamaged(DataFolderDamaged):
    """The files of a space cannot be read; following makes them anew."""


class EncoderUnavailable(PostilError):
    """Vectors cannot be had now, and may be later."""


class EncoderRefused(BadInput):
    """Vectors cannot be had with these settings or packages; the message says which to change."""
