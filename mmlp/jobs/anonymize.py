"""Pictures and videos in, the same with unreadable plates out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmlp.files import remove_abandoned
from mmlp.media import MediaItem, TimeSpan
from mmlp.plates import Plate, TemporalMemory

from .anonymize_job import AnonymizeJob
from .hiding import Hiding
from .keeping import Keeping
from .key_frames import check_interval
from .output_paths import (
    Inputs,
    check_absent,
    check_folder,
    check_originals,
    find_media_outside,
    is_file_output,
    mirrored_paths,
)
from .redaction import Redaction
from .report import REPORT_NAME, JobReport, has_former_run, load_results
from .run_journal import journal_path
from .runner import Progress, run_media_job
from .segmenters import Segmenter, settings_of


def anonymize_image(
    segmenter: Segmenter, image: np.ndarray, redaction: Redaction | None = None
) -> tuple[np.ndarray, list[Plate]]:
    """Makes the plates of one picture unreadable.

    Args:
        segmenter (Segmenter): Finds the plates.
        image (np.ndarray): BGR uint8 (H, W, 3).
        redaction (Redaction | None): How; None blurs.

    Returns:
        tuple[np.ndarray, list[Plate]]: A changed copy, and the plates.
    """
    plates = segmenter.predict_batch([image])[0].plates
    result = np.array(image)
    (redaction or Redaction()).apply(result, plates)
    return result, plates


def anonymize_media(
    inputs: Inputs,
    output: str | os.PathLike | None,
    segmenter: Segmenter,
    redaction: Redaction | None = None,
    *,
    in_place: bool = False,
    resume: bool = False,
    overwrite: bool = False,
    report: str | os.PathLike | None = None,
    memory: TemporalMemory | None = None,
    strip_location: bool = False,
    drop_streams: bool = False,
    audio: bool = True,
    codec: str | None = None,
    crf: int | None = None,
    batch_size: int = 1,
    max_pixels: int | None = None,
    span: TimeSpan | None = None,
    detect_every: int | str = 1,
    keeping: Keeping | None = None,
    also: Sequence[str | os.PathLike] = (),
    progress: Progress | None = None,
) -> JobReport:
    """Makes the plates of pictures and videos unreadable, and mirrors their tree below a folder.

    Pictures keep their size, format, bit depth, orientation, ICC profile and metadata, and their pixels where
    nothing was covered. What may show plates a second time (thumbnails, gain maps, motion films, ...) is left
    out of pictures, with and without plates, and noted in the report. Videos keep times of frames, duration,
    bit depth, HDR, audio, subtitles and chapters, and are written upright and, where they were interlaced, as
    one whole picture a frame; every stream of pictures is anonymised, such as those of two cameras in one
    file. An output appears when it is complete. What could not be processed has no output: nothing is copied
    through. What an output lacks, such as streams of data, is told.

    Args:
        inputs (str | os.PathLike | Sequence[str | os.PathLike] | MediaList): Pictures, videos, folders,
            patterns; or what :func:`~mmlp.media.find_media` found.
        output (str | os.PathLike | None): Folder to write to; None with ``in_place``. For one input it may be
            a file with the suffix of a picture or video.
        segmenter (Segmenter): Finds the plates, such as :class:`~mmlp.apis.PlateSegmenter`.
        redaction (Redaction | None): How plates are made unreadable; None blurs.
        in_place (bool): Replace the inputs; they keep owner, permissions and times. What the output would
            lack for good is left as it is: damaged videos, videos with streams that cannot be kept, pictures
            with layers or a second eye.
        resume (bool): Keep what a former run with the same settings finished, and do the rest. What it had
            begun when it was killed is removed.
        overwrite (bool): Replace existing outputs.
        report (str | os.PathLike | None): Report to write, see :class:`JobReport`; resuming needs it. None
            means ``report.json`` in the output folder, and none with ``in_place`` or a file as output.
        memory (TemporalMemory | None): Keeps plates of videos covered that are not seen for a moment; None
            takes its defaults.
        strip_location (bool): Leave out coordinates and names of places, and texts and subtitles with
            coordinates.
        drop_streams (bool): Replace videos too that have streams which cannot be kept.
        audio (bool): Keep the audio of videos.
        codec (str | None): Codec of videos, see :class:`~mmlp.media.VideoWriter`.
        crf (int | None): Quality of videos, smaller is better.
        batch_size (int): Pictures or frames that the network gets at once.
        max_pixels (int | None): Larger pictures, and videos of larger frames, are refused; None means 250
            million for pictures, 40 million for frames, 18 million for frames of more than 8 bits a colour.
        span (TimeSpan | None): The part of videos that outputs have, with its sound, subtitles and chapters;
            None means all. Nothing outside of it is written, so it does not go with ``in_place``.
        detect_every (int | str): Look for plates in each N-th frame of videos, or as often as 'auto' finds
            right, and follow them through the frames in between; see
            :class:`~mmlp.jobs.key_frames.KeyFrames`. 1 looks at every frame.
        keeping (Keeping | None): Which plates stay visible; None covers all.
        also (Sequence[str | os.PathLike]): Files that tell what other tools found, such as faces, and what is
            hidden in the same pass; see :mod:`~mmlp.jobs.region_files`.
        progress (Progress | None): Is told how far the job is.

    Returns:
        JobReport: What became of each file.

    Raises:
        ValueError: Arguments contradict each other, a former run had other settings, or a file of ``also`` is
            not what it should be.
        FileExistsError: There are outputs or a report already.
        NotADirectoryError: A file is where the output folder is to be.
        IsADirectoryError: A folder is where the report is to be.
        WriteError: The report or its journal could not be written, or the disk is so full that the report can
            tell of no more files.
    """
    if in_place == (output is not None):
        raise ValueError('give either an output or in_place=True')
    if resume and overwrite:
        raise ValueError('resume keeps finished outputs and overwrite replaces them: give one of both')
    if in_place and span is not None:
        raise ValueError(
            'in place, what is outside of the span (--from, --to) would be lost for good: write to a folder'
        )
    check_interval(detect_every)
    media = find_media_outside(inputs, output)
    outputs, folder = _plan_outputs(media.items, output)
    if folder is not None:
        check_folder(folder)
        report = folder / REPORT_NAME if report is None else report
    if report is not None and os.path.isdir(report):
        raise IsADirectoryError(f'{report} is a folder, and the report is a file: name another')
    if resume and report is None:
        raise ValueError('to resume, name the report of the former run')
    regions = None
    if also:
        from .other_regions import OtherRegions  # What reads annotations takes its time to load.

        regions = OtherRegions(also, media.items)
    redaction, memory = redaction or Redaction(), memory or TemporalMemory()
    settings = {
        'redaction': redaction.describe(),
        'segmenter': settings_of(segmenter),
        'memory': [memory.fill, memory.extend],
        'strip_location': strip_location,
        'audio': audio,
        'codec': codec,
        'crf': crf,
        'span': span and span.describe(),
        'detect_every': detect_every,
        'keeping': keeping and keeping.describe(),
        'also': regions and regions.describe(),
    }
    former = load_results(report, settings) if resume else {}
    written = [] if in_place else list(outputs.values())
    check_originals(written, media.items, 'choose another output, or pass in_place (--in-place)')
    if resume and not has_former_run(report):
        check_absent(written, f'there is no report {report} of a former run: choose another output')
    elif not resume and not overwrite:
        written += [] if report is None else [Path(report), journal_path(report)]
        check_absent(
            written,
            'pass resume (--resume) to go on, overwrite (--overwrite) to replace, or choose another output',
        )
    kept = {
        item.path: former[str(item.path)]
        for item in media.items
        if str(item.path) in former and former[str(item.path)].is_current(item.path, [outputs[item.path]])
    }
    if resume:
        remove_abandoned(target.parent for target in outputs.values())
    results = JobReport(settings, report, media)
    results.regions_without_input = [] if regions is None else regions.without_input
    job = AnonymizeJob(
        segmenter,
        Hiding(redaction, keeping, regions),
        memory,
        outputs,
        announce=results.announce if in_place else None,
        batch_size=batch_size,
        strip_location=strip_location,
        video_options={
            'audio': audio,
            'codec': codec,
            'crf': crf,
            'drop_streams': drop_streams,
            'max_pixels': max_pixels,
            'span': span,
            'detect_every': detect_every,
        },
    )
    run_media_job(
        job, segmenter, media, results, progress, kept=kept, batch_size=batch_size, max_pixels=max_pixels
    )
    return results


def _plan_outputs(
    items: Sequence[MediaItem], output: str | os.PathLike | None
) -> tuple[dict[Path, Path], Path | None]:
    """Returns the output of each input, and the folder that they are in; None where it is not one of ours."""
    if output is None:
        # Through links: else the link would be replaced, and the original stay open.
        places = [Path(os.path.realpath(item.path)) for item in items]
        return {item.path: place for item, place in zip(items, places)}, None
    if is_file_output(items, Path(output)):
        return {item.path: Path(output) for item in items}, None
    folder = Path(output)
    return {item.path: folder / name for item, name in zip(items, mirrored_paths(items))}, folder
