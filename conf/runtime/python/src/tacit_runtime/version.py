"""The package's version, which is Tacit's."""

__version__ = "0.2.0"
