# The small network, which a CPU trains in two hours: EfficientNet-Lite0 and a light feature pyramid.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
