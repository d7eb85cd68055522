# The small network on open-lpr-dataset-plate-detection.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/open_lpr.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
