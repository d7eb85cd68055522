"""Pictures, folders and videos in and out.

Numpy, OpenCV, Pillow and PyAV only: nothing here knows about networks.
"""

from .companions import Companions
from .discovery import MediaItem, MediaList, MediaProblem, find_media
from .editing import edit_in_place
from .errors import MediaError, MediaWriteError, TruncatedMediaError, UnreadableMediaError
from .image_writer import write_image
from .images import read_image
from .limits import MAX_PIXELS
from .other_files import OtherFile
from .panorama import Panorama, find_panorama
from .picture import Picture
from .pipeline import PipelineReport, StageTiming, each, run_pipeline
from .streams import StreamPlan, plan_streams
from .timeline import ClockJump, Timeline
from .video import Frame, VideoReader
from .video_info import AudioTrack, StreamInfo, VideoInfo
from .video_track import CODECS
from .video_writer import (
    CONTAINERS,
    VideoWriter,
    find_container,
    intermediate_path,
    video_output_suffix,
)

__all__ = [
    'CODECS',
    'CONTAINERS',
    'MAX_PIXELS',
    'AudioTrack',
    'ClockJump',
    'Companions',
    'Frame',
    'MediaError',
    'MediaItem',
    'MediaList',
    'MediaProblem',
    'MediaWriteError',
    'OtherFile',
    'Panorama',
    'Picture',
    'PipelineReport',
    'StageTiming',
    'StreamInfo',
    'StreamPlan',
    'Timeline',
    'TruncatedMediaError',
    'UnreadableMediaError',
    'VideoInfo',
    'VideoReader',
    'VideoWriter',
    'each',
    'edit_in_place',
    'find_container',
    'find_media',
    'find_panorama',
    'intermediate_path',
    'plan_streams',
    'read_image',
    'run_pipeline',
    'video_output_suffix',
    'write_image',
]
