"""Checkpoints made wrong inside: checksums of an archive would give away what is changed outside."""

from __future__ import annotations

import io
import random
import zipfile

import torch
from _mutations import mutate_bytes, mutate_text


def mutate_checkpoint(data: bytes, generator: random.Random) -> bytes:
    """Mutates the file, the pickle in its archive, or the config that it carries.

    Args:
        data (bytes): A sound checkpoint.
        generator (random.Random): Draws what and where.

    Returns:
        bytes: Another file.
    """
    kind = generator.choice(('file', 'pickle', 'config'))
    if kind == 'pickle' and zipfile.is_zipfile(io.BytesIO(data)):
        return _mutate_pickle(data, generator)
    if kind == 'config':
        return _mutate_config(data, generator)
    return mutate_bytes(data, generator)


def _mutate_pickle(data: bytes, generator: random.Random) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as sound, zipfile.ZipFile(written, 'w') as archive:
        for name in sound.namelist():
            content = sound.read(name)
            if name.endswith('/data.pkl'):
                content = mutate_bytes(content, generator)
            archive.writestr(name, content)
    return written.getvalue()


def _mutate_config(data: bytes, generator: random.Random) -> bytes:
    content = torch.load(io.BytesIO(data), weights_only=True)
    text = mutate_text(content['meta']['cfg'].encode(), generator)
    content['meta']['cfg'] = text.decode('utf-8', 'replace')
    written = io.BytesIO()
    torch.save(content, written, _use_new_zipfile_serialization=zipfile.is_zipfile(io.BytesIO(data)))
    return written.getvalue()
