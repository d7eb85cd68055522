"""Pictures and videos in; overlays, masks, JSON, COCO and crops out."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mmlp.apis.plate_reader import PlateReader
from mmlp.files import WriteError, remove_abandoned
from mmlp.media import DecodedImage, MediaItem, MediaList, TimeSpan, VideoReader
from mmlp.plates import Plate, PlateTracker

from .coco_file import CocoFile
from .key_frames import check_interval
from .output_paths import (
    Inputs,
    check_absent,
    check_folder,
    check_originals,
    find_media_outside,
    output_stems,
)
from .plate_files import SAVE_KINDS, write_image_files
from .reading import VideoReading, read
from .report import REPORT_NAME, FileResult, JobReport, has_former_run, load_results, read_report
from .run_journal import journal_path
from .runner import Progress, run_media_job
from .segmenters import Segmenter, settings_of
from .video_files import FRAME_KINDS, VideoFiles
from .video_job import FramePlates, VideoStatistics, run_video, track

_COCO_NAME = 'coco.json'


def segment_media(
    inputs: Inputs,
    out_dir: str | os.PathLike,
    segmenter: Segmenter,
    *,
    save: Sequence[str] = ('overlay', 'json'),
    tracking: bool = False,
    reader: PlateReader | None = None,
    crop_height: int | None = None,
    sharpen: float = 0.0,
    resume: bool = False,
    batch_size: int = 1,
    max_pixels: int | None = None,
    span: TimeSpan | None = None,
    detect_every: int | str = 1,
    codec: str | None = None,
    crf: int | None = None,
    progress: Progress | None = None,
) -> JobReport:
    """Finds the plates of pictures and videos, and writes what is wanted of them.

    Below ``out_dir`` each kind has a folder, in which the tree of the inputs is mirrored:

    - ``overlay/NAME.jpg``: the plates drawn over the picture; ``NAME.mp4`` for a video.
    - ``mask/NAME.png``: 0 and 255, the picture's own size.
    - ``instance/NAME.png``: a number for each plate, see :func:`~mmlp.jobs.plate_files.instance_mask`.
    - ``json/NAME.json``: outline, corners, score and box of each plate; ``NAME.jsonl`` for a video, a line a
      frame.
    - ``crop/NAME_0.png``, ...: plates as seen from the front.
    - ``coco.json``: all pictures in one file.

    A plate across the seam of a panorama, where its right edge goes on at its left one, comes as two: their
    outlines end at the edges, their corners are those of the whole plate, and lie partly outside.

    All are upright, as viewers show the picture, whatever its EXIF orientation. Masks, instances and crops of
    a video are one file a frame in a folder ``NAME``. ``report.json`` lists what became of each file.

    Args:
        inputs (str | os.PathLike | Sequence[str | os.PathLike] | MediaList): Pictures, videos, folders,
            patterns; or what :func:`~mmlp.media.find_media` found.
        out_dir (str | os.PathLike): Where to write. What a former run wrote, of which ``report.json`` tells,
            is replaced; other files never.
        segmenter (Segmenter): Finds the plates, such as :class:`~mmlp.apis.PlateSegmenter`.
        save (Sequence[str]): What to write: ``overlay``, ``mask``, ``instance``, ``json``, ``coco``,
            ``crop``.
        tracking (bool): Number the plates of videos; needs the extra ``track``.
        reader (PlateReader | None): Reads the plates: their text comes into JSON and COCO files, and over
            overlays in place of the score. Plates of tracked videos keep the best reading so far.
        crop_height (int | None): Height of crops in pixels; None leaves plates as large as in the picture.
        sharpen (float): Strength of an unsharp mask on crops, 0 for none; 1 is clearly visible.
        resume (bool): Keep what a former run with the same settings finished. What it had begun when it was
            killed is removed.
        batch_size (int): Pictures or frames that the network gets at once.
        max_pixels (int | None): Larger pictures, and videos of larger frames, are refused; None means 250
            million for pictures, 40 million for frames, 18 million for frames of more than 8 bits a colour.
        span (TimeSpan | None): The part of videos to look at; None means all. Frames are numbered from its
            first one on, their times count from the start of the whole video.
        detect_every (int | str): Look for plates in each N-th frame of videos, or as often as 'auto' finds
            right, and follow them through the frames in between; see
            :class:`~mmlp.jobs.key_frames.KeyFrames`. 1 looks at every frame.
        codec (str | None): Codec of overlay videos, see :class:`~mmlp.media.VideoWriter`.
        crf (int | None): Quality of overlay videos, smaller is better.
        progress (Progress | None): Is told how far the job is.

    Returns:
        JobReport: What became of each file.

    Raises:
        ValueError: ``save`` names something else, ``crop_height`` or ``sharpen`` is out of range or given
            without crops, an output would replace an input, ``report.json`` is something else, or a former
            run had other settings.
        FileExistsError: There are files where outputs belong, and no report of a former run.
        NotADirectoryError: A file is where ``out_dir`` is to be.
        ImportError: Tracking is not installed.
        WriteError: The report, its journal or ``coco.json`` could not be written, or the disk is so full that
            the report can tell of no more files.
    """
    unknown = set(save) - set(SAVE_KINDS)
    if unknown or not save:
        raise ValueError(f'save takes {", ".join(SAVE_KINDS)}, got {", ".join(sorted(unknown)) or "nothing"}')
    if (crop_height is not None and crop_height < 1) or sharpen < 0:
        raise ValueError(
            'crop_height must be at least 1 and sharpen not negative, '
            f'got crop_height={crop_height}, sharpen={sharpen}'
        )
    if (crop_height is not None or sharpen) and 'crop' not in save:
        raise ValueError("crop_height and sharpen are of crops: add 'crop' to what is saved")
    check_interval(detect_every)
    if tracking:
        PlateTracker()  # Says at once that it is not installed.
    folder = Path(out_dir)
    check_folder(folder)
    media = find_media_outside(inputs, folder)
    settings = {
        'save': sorted(save),
        'tracking': tracking,
        'segmenter': settings_of(segmenter),
        'reader': reader and reader.describe(),
        'crop_height': crop_height,
        'sharpen': sharpen or None,
        'span': span and span.describe(),
        'detect_every': detect_every,
        'codec': codec,
        'crf': crf,
    }
    report = JobReport(settings, folder / REPORT_NAME, media)
    job = _SegmentJob(
        segmenter,
        folder,
        media,
        save=save,
        tracking=tracking,
        reader=reader,
        batch_size=batch_size,
        crop={'size': crop_height, 'sharpen': sharpen},
        encoding={'codec': codec, 'crf': crf},
        max_pixels=max_pixels,
        span=span,
        detect_every=detect_every,
    )
    check_originals(job.all_outputs(), media.items, 'choose another out_dir')
    former: dict[str, FileResult] = {}
    if not has_former_run(report.path):
        check_absent(job.all_outputs(), 'no report tells that a run wrote it: choose another out_dir')
    elif resume:
        former = load_results(report.path, settings)
    else:
        read_report(report.path)  # Raises when it is something else, which would be replaced.
    job.begin_coco(settings, resume=resume)
    if resume:
        remove_abandoned(target.parent for target in job.all_outputs())
    kept = {
        item.path: former[str(item.path)]
        for item in media.items
        if str(item.path) in former and job.can_keep(item, former[str(item.path)])
    }
    try:
        run_media_job(
            job, segmenter, media, report, progress, kept=kept, batch_size=batch_size, max_pixels=max_pixels
        )
    finally:
        job.write_coco()
    return report


class _SegmentJob:
    """Writes the outputs of each file."""

    def __init__(
        self,
        segmenter: Segmenter,
        folder: Path,
        media: MediaList,
        *,
        save: Sequence[str],
        tracking: bool,
        reader: PlateReader | None,
        batch_size: int,
        crop: dict[str, Any],
        encoding: dict[str, Any],
        max_pixels: int | None,
        span: TimeSpan | None,
        detect_every: int | str,
    ) -> None:
        self._segmenter, self._folder, self._span = segmenter, folder, span
        self._looking = {'batch_size': batch_size, 'detect_every': detect_every}
        self._kinds = tuple(kind for kind in SAVE_KINDS if kind in save)
        self._tracking, self._reader = tracking, reader
        self._crop, self._encoding, self._max_pixels = crop, encoding, max_pixels
        self._stems = dict(zip((item.path for item in media.items), output_stems(media.items)))
        self._videos = {item.path for item in media.items if item.kind == 'video'}
        self._coco = CocoFile(folder / _COCO_NAME) if 'coco' in save else None

    def all_outputs(self) -> Iterator[Path]:
        """What is named after inputs, files and folders of a video, and the COCO file."""
        for path, stem in self._stems.items():
            for kind in self._kinds:
                for suffix in {SAVE_KINDS[kind], '.mp4', '.jsonl'}:
                    yield self._folder / kind / stem.with_name(stem.name + suffix)
                if kind in FRAME_KINDS and path in self._videos:
                    yield self._folder / kind / stem
        if self._coco is not None:
            yield self._folder / _COCO_NAME
            yield journal_path(self._folder / _COCO_NAME)

    def can_keep(self, item: MediaItem, former: FileResult) -> bool:
        """Tells whether the outputs of a former run are all there; takes its part of the COCO file over."""
        if not former.is_current(item.path, map(Path, former.outputs)):
            return False
        return self._coco is None or item.kind == 'video' or self._coco.take_over(_name(item))

    def write_image(
        self, item: MediaItem, image: DecodedImage, plates: list[Plate], notes: Sequence[str]
    ) -> FileResult:
        name = _name(item)
        if self._reader is not None:
            plates = self._reader.read_plates(image.bgr, plates)
        written = write_image_files(
            image,
            name,
            plates,
            kinds=self._kinds,
            folder=self._folder,
            stem=self._stems[item.path],
            crop=self._crop,
        )
        if self._coco is not None:
            try:
                self._coco.add(name, (image.height, image.width), plates)
            except WriteError:
                for path in written:  # A picture that failed has no output.
                    path.unlink(missing_ok=True)
                raise
        return FileResult(
            str(item.path),
            'image',
            outputs=[str(path) for path in written],
            plates=len(plates),
            lowest_score=min((round(plate.score, 4) for plate in plates), default=None),
            texts=[plate.text for plate in plates if plate.text],
            notes=list(notes),
        )

    def process_video(self, item: MediaItem, progress: Progress) -> FileResult:
        statistics = VideoStatistics()
        with contextlib.ExitStack() as stack:
            video = stack.enter_context(
                VideoReader(item.path, strict=False, max_pixels=self._max_pixels, span=self._span)
            )
            progress.start_video(item, video.info.frames)
            files = VideoFiles(
                stack,
                self._folder,
                self._stems[item.path],
                kinds=self._kinds,
                info=video.info,
                crop=self._crop,
                **self._encoding,
            )
            stages = {'track': track(PlateTracker(float(video.info.fps)))} if self._tracking else {}
            reading = None
            if self._reader is not None:
                reading = VideoReading(self._reader, self._tracking)
                stages['read'] = read(reading)

            def write(entry: FramePlates) -> None:
                statistics.add(*entry)
                files.write(*entry)
                progress.frame()

            notes = run_video(video, self._segmenter, stages, write, **self._looking)
        result = statistics.result(item, video, files.outputs)
        result.notes += notes + video.notes + files.notes
        result.video.update(statistics.describe_span(video.info.span))
        others = [info for info in video.info.streams if info.index != video.info.stream]
        result.video['streams_left_out'] = [str(info) for info in others if info.kind != 'audio']
        result.notes += [f'not looked at: {info}' for info in others if info.kind in ('video', 'cover')]
        if reading is not None:
            result.texts = reading.texts
        return result

    def begin_coco(self, settings: dict[str, Any], *, resume: bool) -> None:
        """Begins the file of all pictures; ``resume`` makes its pictures of a former run known."""
        if self._coco is not None:
            self._coco.begin(settings, resume=resume)

    def write_coco(self) -> None:
        """Writes the file of all pictures."""
        if self._coco is not None:
            self._coco.write()


def _name(item: MediaItem) -> str:
    """The name of a picture in JSON and COCO files: its place below the inputs' common folder."""
    return item.relative.as_posix()
