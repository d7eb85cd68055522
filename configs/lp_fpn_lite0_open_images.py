# The small network on Open Images V7.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/open_images.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
