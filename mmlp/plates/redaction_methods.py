"""Ways to make plates unreadable, by name."""

#: See :func:`~mmlp.plates.redact`.
REDACTION_METHODS = ('blur', 'pixelate', 'solid', 'image')
