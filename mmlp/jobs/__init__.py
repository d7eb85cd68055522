"""Work on whole folders and long videos: what the command lines of the verbs call."""

import lazy_loader

# Each name is loaded with the first use: a command line that is asked for help needs none of them.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'anonymize': ['anonymize_image', 'anonymize_media'],
        'evaluate': ['Evaluation', 'Setting', 'evaluate_images'],
        'evaluation_files': ['Sweep', 'describe_evaluation', 'find_sweeps', 'write_tables'],
        'exclusion': ['ExcludingSegmenter', 'Region'],
        'faults': ['Fault', 'pick_faults'],
        'keeping': ['Keeping'],
        'redaction': ['Redaction', 'read_cover'],
        'report': ['FileResult', 'JobReport'],
        'runner': ['Progress', 'Segmenter'],
        'segment': ['segment_media'],
    },
)
