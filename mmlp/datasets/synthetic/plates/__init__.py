"""Licence plates, drawn: layouts of countries, lettering, and what wears on them."""
