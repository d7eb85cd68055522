# The small network on EasyPR's general test set.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/easypr.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
