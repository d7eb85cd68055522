# The small network on masks that a network completed: what nobody annotated is plate there, or ignored.
#   mmlp complete-masks data/plates
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
train_pipeline = _base_.train_pipeline
train_pipeline[2].update(plate_width=(6, 180), min_short_side=180)  # RandomWarpCrop: farther plates, too
dataset = dict(
    type='LicensePlateDataset',
    data_root=_base_.data_root,
    data_prefix=dict(img_path='train/images', seg_map_path='train/completed_masks'),
    plate_values=255,  # whatever the masks that were completed have
    pipeline=train_pipeline,
)
# Pictures with three plates or more count three times: most plates there are far. There may be none.
crowded = dict(dataset, ann_file='train/crowded.txt', allow_empty=True)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[dataset, dict(type='RepeatDataset', times=2, dataset=crowded)],
    )
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=150, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0.0, begin=150, end=8500, T_max=8350, by_epoch=False),
]
train_cfg = dict(max_iters=8500, val_interval=8500)
