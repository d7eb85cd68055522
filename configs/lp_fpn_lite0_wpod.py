# The small network on WPOD annotations of other sets.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/wpod.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
