# The small network on OpenALPR's end-to-end benchmark.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/openalpr.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
