# The small network on AOLP.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/aolp.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
