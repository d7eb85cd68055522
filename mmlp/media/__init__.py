"""Pictures, folders and videos in and out.

Numpy, OpenCV, Pillow and PyAV only: nothing here knows about networks.
"""

from .atomic import atomic_folder, atomic_path, remove_abandoned
from .discovery import MediaItem, MediaList, MediaProblem, find_media
from .errors import MediaError, MediaWriteError, TruncatedMediaError, UnreadableMediaError
from .image_writer import write_image
from .images import MAX_PIXELS, Picture, read_image
from .other_files import OtherFile
from .pipeline import PipelineReport, StageTiming, each, run_pipeline
from .video import Frame, VideoReader
from .video_info import AudioTrack, VideoInfo
from .video_writer import CODECS, CONTAINERS, VideoWriter, find_container, video_output_suffix

__all__ = [
    'CODECS',
    'CONTAINERS',
    'MAX_PIXELS',
    'AudioTrack',
    'Frame',
    'MediaError',
    'MediaItem',
    'MediaList',
    'MediaProblem',
    'MediaWriteError',
    'OtherFile',
    'Picture',
    'PipelineReport',
    'StageTiming',
    'TruncatedMediaError',
    'UnreadableMediaError',
    'VideoInfo',
    'VideoReader',
    'VideoWriter',
    'atomic_folder',
    'atomic_path',
    'each',
    'find_container',
    'find_media',
    'read_image',
    'remove_abandoned',
    'run_pipeline',
    'video_output_suffix',
    'write_image',
]
