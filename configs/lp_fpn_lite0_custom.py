# Pictures of your own, out of LabelMe, CVAT, VIA, COCO, YOLO or VOC: goes on from the weights that ship.
#   mmlp convert labelme my_annotations -o data/custom
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
model = dict(backbone=dict(init_cfg=None))  # no ImageNet weights needed: load_from brings all
load_from = 'mmlp://lp_fpn_lite0'
data_root = 'data/custom'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0.0, begin=50, end=500, T_max=450, by_epoch=False),
]
train_cfg = dict(max_iters=500, val_interval=250)
