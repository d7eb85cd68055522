# The small network on RodoSol-ALPR.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/rodosol_alpr.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
