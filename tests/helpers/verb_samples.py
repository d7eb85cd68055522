"""A picture, a video and a checkpoint that finds their plates, for the command lines."""

import numpy as np
import torch

from helpers.brightness_network import brightness_config, build_brightness_segmentor
from mmlp.media import VideoWriter, write_image

BOX = (40, 50, 88, 66)


def write_checkpoint(path):
    meta = {'cfg': brightness_config().pretty_text}
    torch.save({'meta': meta, 'state_dict': build_brightness_segmentor().state_dict()}, path)
    return path


def plate_picture(box=BOX):
    left, top, right, bottom = box
    image = np.full((120, 160, 3), (60, 70, 80), np.uint8)
    image[top:bottom, left:right] = 240
    image[top + 4 : bottom - 4, left + 6 : right - 6 : 6] = 200
    return image


def write_samples(folder):
    """A folder with a picture, one in a folder below, and a video."""
    write_image(folder / 'photo.jpg', plate_picture())
    write_image(folder / 'deep/photo.png', plate_picture())
    with VideoWriter(folder / 'drive.mp4', fps=25) as writer:
        for index in range(20):
            writer.write(plate_picture((40 + index, 50, 88 + index, 66)))
