"""Readers of the formats, one a module."""
