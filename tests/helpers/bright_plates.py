"""A segmenter that needs no weights, and pictures and videos whose plates it finds."""

from fractions import Fraction

import av
import cv2
import numpy as np

from mmlp.plates import extract_plates

#: Grey of the plates that the tests draw, and of the strokes on them; nothing else is as bright.
PLATE_COLOUR, STROKE_COLOUR = 250, 220
STROKE_WIDTH = 4
#: Where the plate of :func:`plate_picture` is: left, top, right, bottom, ends excluded.
BOX = (40, 50, 88, 66)


class BrightSegmenter:
    """Takes for plates what is nearly white: exact on pictures that are drawn for it."""

    def __init__(self, level=200):
        self.level = level

    def predict_batch(self, images):
        return [_Found(image.min(axis=2) >= self.level) for image in images]

    def describe(self):
        return f'all above {self.level}'


class _Found:
    def __init__(self, mask):
        self.plates = extract_plates(mask.astype(np.uint8))


def background(size=(160, 120), seed=0):
    """A smooth dark picture, (H, W, 3) uint8; smooth, so that JPEG keeps it."""
    width, height = size
    coarse = np.random.default_rng(seed).integers(20, 150, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 160)


def draw_plate(image, box):
    """Draws a plate with strokes, in place; ``box`` is left, top, right, bottom, ends excluded."""
    left, top, right, bottom = box
    patch = image[top:bottom, left:right]
    patch[:] = PLATE_COLOUR
    patch[:, _strokes(patch.shape[1])] = STROKE_COLOUR
    return image


def _strokes(width):
    return np.arange(width) // STROKE_WIDTH % 2 == 1


def plate_picture(size=(160, 120), boxes=(BOX,), seed=0):
    """A picture with plates."""
    image = background(size, seed)
    for box in boxes:
        draw_plate(image, box)
    return image


def is_legible(image, box):
    """Tells whether the strokes of a plate have kept a third of their contrast."""
    left, top, right, bottom = box
    columns = image[top:bottom, left:right].reshape(bottom - top, right - left, -1).mean(axis=(0, 2))
    strokes = _strokes(right - left)
    return abs(columns[~strokes].mean() - columns[strokes].mean()) > (PLATE_COLOUR - STROKE_COLOUR) / 3


def plate_box(index):
    """Where the plate of :func:`write_video` is in a frame."""
    return 20 + 2 * index, 40, 60 + 2 * index, 54


def write_video(path, frames=20, size=(160, 96), audio=False, fps=25):
    """Writes a video with a plate that moves by two pixels a frame."""
    with av.open(str(path), 'w') as container:
        video = container.add_stream('libx264', rate=fps, options={'crf': '12', 'g': '4'})
        video.width, video.height, video.pix_fmt = *size, 'yuv420p'
        sound = container.add_stream('aac', rate=48000, layout='mono') if audio else None
        packets = []
        for index in range(frames):
            bgr = draw_plate(background(size), plate_box(index))
            packets += video.encode(av.VideoFrame.from_ndarray(bgr, 'bgr24'))
        packets += video.encode(None)
        if audio:
            samples = (8000 * np.sin(np.arange(48000 * frames // fps) / 17)).astype(np.int16)[None]
            for start in range(0, samples.shape[1], 1024):
                block = np.ascontiguousarray(samples[:, start : start + 1024])
                piece = av.AudioFrame.from_ndarray(block, 's16', 'mono')
                piece.sample_rate, piece.pts, piece.time_base = 48000, start, Fraction(1, 48000)
                packets += sound.encode(piece)
            packets += sound.encode(None)
        for packet in packets:
            if packet.dts is not None:
                container.mux(packet)
    return path


def read_video(path):
    """All frames of a video, BGR."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format='bgr24') for frame in container.decode(video=0)]


def hidden_files(folder):
    """Unfinished files that a job left behind."""
    return [path for path in folder.rglob('.*') if path.is_file()]


def result_of(report, name):
    """What a report says of the one file whose path ends with ``name``."""
    (result,) = [result for result in report.files if result.path.endswith(name)]
    return result
