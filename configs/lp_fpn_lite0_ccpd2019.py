# The small network on CCPD 2019.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/ccpd2019.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
train_cfg = dict(val_interval=3300)  # at the end only: half of ccpd_base is val
