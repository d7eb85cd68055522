"""What of a file's metadata may go into an output, and a record of what may not."""

from __future__ import annotations

import re

from .data_in_texts import CODED_LENGTH, coded_length, is_binary
from .places import names_place, without_places

#: What cameras put behind or beside a picture, where it does not say more about itself.
FURTHER_PICTURES = 'further pictures (gain maps, previews, second views)'
#: Samples of each pixel beside colour and transparency.
FURTHER_CHANNELS = 'further channels'
BYTES_BETWEEN = 'bytes between the parts of the file'
BYTES_BEHIND = 'bytes behind the end of the picture'
_CONTROLS = re.compile(rb'[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f]')
#: What is called a text and is none.
DATA_IN_TEXTS = 'data in texts'


class MetadataFilter:
    """Decides what of one file's metadata may go into an output.

    Texts and numbers may; data may not, under whatever name, since smaller copies of the picture hide in
    them. Texts that tell the place may not on request.

    Args:
        strip_location (bool): Leave out coordinates and names of places.

    Attributes:
        strip_location (bool): The same.
    """

    def __init__(self, strip_location: bool = False) -> None:
        self.strip_location = strip_location
        self._left_out: dict[str, None] = {}
        self._coded, self._counted = 0, set[str]()

    @property
    def notes(self) -> list[str]:
        """What was left out, a phrase each that means the same for every file."""
        return [f'left out: {what}' for what in self._left_out]

    def leave_out(self, what: str) -> None:
        """Records something that the output will lack.

        Args:
            what (str): A noun that fits every file: ``'thumbnail'``, ``'motion film'``, ...
        """
        self._left_out[what] = None

    def text(self, text: str, name: str = '') -> str | None:
        """Returns what of a text may stay.

        Args:
            text (str): The text, with the zeros that may end it.
            name (str): Name of its field, if that may tell that the text is a place.

        Returns:
            str | None: The text as it was, JSON without the fields that tell a place, or None.
        """
        coded = coded_length(text)
        coded = 0 if coded < CODED_LENGTH and text in self._counted else coded
        if self._coded + coded >= CODED_LENGTH:  # Of all texts, since a picture may be cut into many.
            self.leave_out(DATA_IN_TEXTS)
            return None
        if coded:
            self._coded += coded
            self._counted.add(text)
        if not self.strip_location:
            return text
        body = text.rstrip('\0')
        kept = None if name and names_place(name) else without_places(body) if body else body
        if kept != body:
            self.leave_out('texts that tell a place')
        return None if kept is None else kept + text[len(body) :]

    def raw_text(self, data: bytes, name: str = '', encoding: str | None = None) -> bytes | None:
        """Does the same with a text in bytes.

        Args:
            data (bytes): The text.
            name (str): Name of its field.
            encoding (str | None): How it is coded; None tries UTF-8, Latin 1, UTF-16 of either order, JIS.

        Returns:
            bytes | None: The text, coded as before; byte for byte the same where nothing had to go.
        """
        texts = {code: data.decode(code, 'replace') for code in _encodings(data, encoding)}
        texts = {code: text for code, text in texts.items() if not is_binary(data, text, code != 'latin-1')}
        if not texts:
            self.leave_out(DATA_IN_TEXTS)
            return None
        for candidate, text in texts.items():
            kept = self.text(text, name)
            if kept is None:
                return None
            if kept != text:
                return kept.encode(candidate, 'replace')
        return data


def _encodings(data: bytes, encoding: str | None) -> tuple[str, ...]:
    """Encodings that bytes may be in, the likely one first."""
    if encoding is not None:
        return (encoding,)
    if b'\x1b$' in data:
        return ('iso2022_jp',)
    if data.rstrip(b'\0').count(0) * 4 > len(data):
        return ('utf-16-be', 'utf-16-le') if data[:1] == b'\0' else ('utf-16-le', 'utf-16-be')
    try:
        data.decode('utf-8')
    except UnicodeDecodeError:
        return ('latin-1', 'utf-16-le', 'utf-16-be')
    if len(_CONTROLS.findall(data)) * 8 > len(data):  # Letters of other alphabets, two bytes each.
        return ('utf-16-le', 'utf-16-be')
    return ('utf-8',)
