"""Makes preview.webp: a drive along a street, its plates found and numbered, and the same anonymised.

    python examples/make_animation.py [--seed 0] [--read] [--out examples/preview.webp]

The drive is synthetic, so that no real plate is shown; the verbs and the weights are those that ship. Numbers
need the extra 'track', --read needs the extra 'ocr'.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from mmlp.cli.command import command, loading

with loading(__name__):
    import cv2
    import numpy as np
    from PIL import Image

    from mmlp.apis import PlateReader, PlateSegmenter
    from mmlp.datasets.synthetic import render_drive
    from mmlp.files import atomic_path
    from mmlp.jobs import Redaction, anonymize_media, segment_media
    from mmlp.media import VideoReader, VideoWriter
    from mmlp.visualization.captions import titled_panels

FPS, SIZE, SHOWN = 12, (960, 540), (480, 270)
TITLES = ('python tools/segment.py drive.mp4 --track', 'python tools/anonymize.py drive.mp4 -o anonymous')


def main() -> None:
    """Renders, runs both verbs, and sets their videos side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seed', type=int, default=0, help='seed of the drive')
    parser.add_argument('--frames', type=int, default=60, help=f'length, {FPS} frames a second')
    parser.add_argument('--read', action='store_true', help='caption the plates with what they read')
    parser.add_argument('--out', type=Path, default=Path(__file__).with_name('preview.webp'))
    args = parser.parse_args()
    if args.frames < 1 or args.out.suffix.lower() not in ('.webp', '.gif'):
        parser.error('--frames wants 1 or more, and --out the name of a .webp or .gif file')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video = folder / 'drive.mp4'
        with VideoWriter(video, fps=FPS, crf=14) as writer:
            for frame, _ in render_drive(args.seed, args.frames, SIZE, FPS):
                writer.write(frame)
        segmenter = PlateSegmenter()
        reader = PlateReader() if args.read else None
        found = segment_media(
            video, folder / 'found', segmenter, save=['overlay'], tracking=True, reader=reader, crf=14
        )
        hidden = anonymize_media(video, folder / 'anonymous', segmenter, Redaction('pixelate'), crf=14)
        titles = (TITLES[0] + ' --read' * args.read, TITLES[1])
        with (
            VideoReader(folder / 'found/overlay/drive.mp4') as left,
            VideoReader(folder / 'anonymous/drive.mp4') as right,
        ):
            frames = [side_by_side(titles, pair) for pair in zip(left, right, strict=True)]
    with atomic_path(args.out) as part:
        frames[0].save(
            part,
            save_all=True,
            append_images=frames[1:],
            duration=round(1000 / FPS),
            loop=0,
            quality=62,
            method=6,
        )
    counts = [job.files[0].video['frames_with_plates'] for job in (found, hidden)]
    print(f'plates found in {counts[0]} and covered in {counts[1]} of {len(frames)} frames')
    print(f'{args.out} written, {args.out.stat().st_size / 1e6:.2f} MB')


def side_by_side(titles: tuple[str, ...], frames: tuple) -> Image.Image:
    """Sets frames of two videos beside one another, each below its command."""
    panels = [cv2.resize(frame.bgr, SHOWN, interpolation=cv2.INTER_AREA) for frame in frames]
    return Image.fromarray(np.ascontiguousarray(titled_panels(list(zip(titles, panels)))[:, :, ::-1]))


if __name__ == '__main__':
    command(main)
