# The small network on CCPD-Green (2020).
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/ccpd_green.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
