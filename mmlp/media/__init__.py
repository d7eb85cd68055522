"""Pictures, folders and videos in and out.

Numpy, OpenCV, Pillow and PyAV only: nothing here knows about networks.
"""

import lazy_loader

# Each name is loaded with the first use: a command line that is asked for help needs none of them.
_load, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'codecs': ['CODECS'],
        'companions': ['Companions'],
        'discovery': ['MediaItem', 'MediaList', 'MediaProblem', 'find_media'],
        'editing': ['edit_in_place'],
        'errors': [
            'EmptySpanError',
            'MediaError',
            'MediaWriteError',
            'TruncatedMediaError',
            'UnreadableMediaError',
        ],
        'image_writer': ['write_image'],
        'images': ['read_image'],
        'other_files': ['OtherFile'],
        'panorama': ['Panorama', 'find_panorama'],
        'decoded_image': ['DecodedImage'],
        'pipeline': ['PipelineReport', 'StageTiming', 'each', 'run_pipeline'],
        'pixel_limits': ['MAX_PIXELS'],
        'streams': ['StreamPlan', 'plan_streams'],
        'time_span': ['TimeSpan', 'parse_time'],
        'timeline': ['ClockJump', 'Timeline'],
        'video': ['Frame', 'VideoReader'],
        'video_info': ['AudioTrack', 'StreamInfo', 'VideoInfo'],
        'video_writer': [
            'CONTAINERS',
            'VideoWriter',
            'find_container',
            'intermediate_path',
            'video_output_suffix',
        ],
    },
)


def __getattr__(name: str) -> object:
    import mmlp.opencv  # noqa: F401 (says which library of the system it lacks)

    return _load(name)
