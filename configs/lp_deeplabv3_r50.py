# The flagship with ResNet-50 in place of ResNet-101.
_base_ = [
    './_base_/models/deeplabv3_r50.py',
    './_base_/datasets/license_plate.py',
    './_base_/schedules/schedule_250e.py',
    './_base_/default_runtime.py',
]
