# The refinement: the same network on crops of plates, magnified. It draws their outlines and turns away
# what only looked like a plate from afar. PlateSegmenter cuts its crops as they are trained here.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
crop_size = (96, 160)
data_preprocessor = dict(size=crop_size)
model = dict(data_preprocessor=data_preprocessor)
train_pipeline = [
    dict(type='LoadImageDeferred'),
    dict(type='LoadPlateAnnotations', cache_megabytes=64),
    # Outlines in public data are loose. The synthetic plates that cover most of them below are exact.
    dict(type='IgnorePlateOutline'),
    # A plate of about 112 pixels, anywhere in the crop; every seventh crop is aimed at nothing.
    dict(
        type='RandomWarpCrop',
        crop_size=crop_size,
        short_side=(200, 900),
        degrees=15,
        distortion_scale=0.4,
        plate_prob=0.85,
        plate_width=(64, 140),
        max_magnification=6.0,
        min_short_side=60,
    ),
    dict(
        type='PasteSyntheticPlate',
        replace_prob=0.6,
        add_prob=0.15,
        clutter_prob=0.5,
        width_range=(30, 130),
    ),
    dict(type='RandomRetroreflection', prob=0.2),
    dict(type='ColorJitter', brightness=(0.5, 1.7), contrast=0.4, saturation=0.4, hue=0.1, prob=0.6),
    dict(type='RandomGamma', prob=0.3),
    # Far plates are coarse when magnified, and their outlines drawn badly: near ones stand in for them.
    dict(type='RandomDownscale', factor=(1.0, 6.0), prob=0.5),
    dict(type='GaussianBlur', radius=(0, 4), prob=0.25),
    dict(type='MotionBlur', prob=0.15),
    dict(type='RandomNoise', prob=0.25),
    dict(type='JPEGCompression', quality=(12, 95), prob=0.3),
    dict(type='RandomGrayscale', prob=0.15, keep_channels=True, channel_weights=(0.114, 0.587, 0.299)),
    dict(type='PackSegInputs'),
]
train_dataloader = dict(batch_size=24, dataset=dict(pipeline=train_pipeline))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=150, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0.0, begin=150, end=4500, T_max=4350, by_epoch=False),
]
train_cfg = dict(max_iters=4500, val_interval=4500)
