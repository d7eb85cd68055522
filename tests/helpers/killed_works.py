"""Works that write files, for tests that kill them: each is called with a folder, once more to go on."""

import os

import cv2
import numpy as np
import torch

from helpers.bright_plates import BrightSegmenter, plate_picture, write_video
from mmlp.checkpoints import write_checkpoint
from mmlp.datasets.converters import Options, convert
from mmlp.datasets.converters.exporters import export_masks
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.synthetic import write_dataset
from mmlp.engine.atomic_backend import AtomicLocalBackend
from mmlp.jobs import anonymize_media, segment_media
from mmlp.jobs.report import has_former_run
from mmlp.media import write_image

#: The video is coded by an encoder whose bytes do not depend on threads.
CODEC = {'codec': 'mpeg4'}


def write_media(folder):
    """Four pictures with one and two plates, the last one without, and a video."""
    two = ((40, 50, 88, 66), (10, 10, 58, 26))
    for number, name in enumerate(('a.jpg', 'b.png', 'c.jpg')):
        write_image(folder / name, plate_picture(boxes=two[: 1 + number % 2], seed=number))
    write_image(folder / 'd.png', plate_picture(boxes=()))
    write_video(folder / 'e.mp4', frames=6)
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))


def write_plates(folder):
    """A data set of three pictures with masks."""
    for name in 'abc':
        for kind, suffix, picture in (
            ('images', '.jpg', plate_picture()),
            ('masks', '.jpg.png', np.pad(np.full((16, 48), 255, np.uint8), ((50, 54), (40, 72)))),
        ):
            (folder / 'train' / kind).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / 'train' / kind / f'{name}{suffix}'), picture)


def anonymize(folder):
    out = folder / 'out'
    resume = has_former_run(out / 'report.json')
    return anonymize_media(folder / 'in', out, BrightSegmenter(), resume=resume, **CODEC)


def anonymize_in_place(folder):
    report = folder / 'report.json'
    options = dict(in_place=True, report=report, resume=has_former_run(report))
    return anonymize_media(folder / 'in', None, BrightSegmenter(), **options, **CODEC)


def segment(folder):
    kinds = ['overlay', 'mask', 'instance', 'json', 'coco', 'crop']
    out = folder / 'out'
    resume = has_former_run(out / 'report.json')
    return segment_media(folder / 'in', out, BrightSegmenter(), save=kinds, resume=resume, **CODEC)


def export(folder):
    return export_masks(str(folder / 'in'), str(folder / 'out'), 'labelme', progress=False)


def convert_outlines(folder):
    return convert(LabelMe(str(folder / 'in')), Options(str(folder / 'out'), progress=False, workers=1))


def generate(folder):
    options = dict(num_train=2, num_val=1, size=(96, 64), progress=False, overwrite=True)
    return write_dataset(folder / 'out/plates', **options)


def publish(folder):
    write_checkpoint({'weights': torch.arange(4000)}, folder / 'out/network.pth', overwrite=True)


def save_checkpoint(folder):
    AtomicLocalBackend().put(bytes(range(256)) * 40, folder / 'out/iter_10.pth')


def write_outlines(folder):
    """The same as outlines of LabelMe."""
    write_plates(folder.with_name('plates'))
    export_masks(str(folder.with_name('plates')), str(folder), 'labelme', progress=False)


def write_former(folder):
    """What is there before a work that replaces it."""
    out = folder.with_name('out')
    (out / 'plates/train').mkdir(parents=True)
    for name in ('plates/train/mine.txt', 'network.pth', 'iter_10.pth'):
        (out / name).write_bytes(b'former')
