# A fine-tune of what lp_deeplabv3_r101.py has trained. Name another start with --cfg-options load_from=...
_base_ = [
    './_base_/models/deeplabv3_r50.py',
    './_base_/datasets/license_plate.py',
    './_base_/schedules/schedule_swa_20e.py',
    './_base_/default_runtime.py',
]
# No COCO weights needed: load_from brings all.
model = dict(backbone=dict(depth=101, init_cfg=None), auxiliary_head=dict(init_cfg=None))
load_from = 'work_dirs/lp_deeplabv3_r101/epoch_250.pth'
