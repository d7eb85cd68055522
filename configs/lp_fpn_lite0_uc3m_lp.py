# The small network on UC3M-LP.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/uc3m_lp.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
