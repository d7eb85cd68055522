"""What may be chosen of a conversion: names and defaults, for command lines that load nothing else."""

SPLITS = ('train', 'val', 'test')
SPLIT_CHOICES = ('official', 'hash', *SPLITS)
DEFAULT_VAL_FRACTION = 0.1
#: How pictures come to the output folder.
LINKS = ('copy', 'hard', 'symlink')
#: Frames of the annotations of pictures that EXIF turns, see :mod:`~.orientation`.
ORIENTATIONS = ('auto', 'shown', 'stored')
#: Rim of ``--box-as ignored-rim``, see :func:`~.painting.paint`.
DEFAULT_RIM = 0.25
#: Option that lets pictures come from outside of the source.
ALLOW_OUTSIDE = '--allow-outside'
DEFAULT_IGNORE_LABELS = ('ignore', 'ignored', 'dontcare', "don't care")
#: Formats of annotation tools that :func:`~.exporters.export_masks` writes.
EXPORT_FORMATS = ('coco', 'labelme', 'yolo')
