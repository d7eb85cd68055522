# Crops aimed at plates, for small networks: a plate's width in the crop is log-uniform, so that far and
# near plates count alike; then what cameras and weather do. Evaluation at long side 768.
_base_ = './license_plate.py'
crop_size = (320, 320)
long_side = 768
train_pipeline = [
    dict(type='LoadImageDeferred'),
    dict(type='LoadPlateAnnotations', cache_megabytes=64),
    dict(
        type='RandomWarpCrop',
        crop_size=crop_size,
        short_side=(260, 700),
        degrees=15,
        distortion_scale=0.35,
        plate_prob=0.8,
        plate_width=(12, 200),
        min_short_side=220,
    ),
    dict(type='PasteSyntheticPlate', replace_prob=0.15, add_prob=0.2, clutter_prob=0.5),
    dict(type='RandomRetroreflection', prob=0.2),
    dict(type='ColorJitter', brightness=(0.5, 1.7), contrast=0.4, saturation=0.4, hue=0.1, prob=0.6),
    dict(type='RandomGamma', prob=0.3),
    dict(type='GaussianBlur', radius=(0, 2.5), prob=0.2),
    dict(type='MotionBlur', prob=0.1),
    dict(type='RandomNoise', prob=0.25),
    dict(type='JPEGCompression', quality=(12, 95), prob=0.3),
    dict(type='RandomGrayscale', prob=0.15, keep_channels=True, channel_weights=(0.114, 0.587, 0.299)),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(long_side, long_side), keep_ratio=True, backend='pillow'),
    dict(type='LoadPlateAnnotations'),
    dict(type='PackSegInputs'),
]
tta_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(
        type='TestTimeAug',
        transforms=[
            [
                dict(type='Resize', scale=(side, side), keep_ratio=True, backend='pillow')
                for side in (long_side * 3 // 4, long_side, long_side * 3 // 2)
            ],
            [dict(type='RandomFlip', prob=0.0), dict(type='RandomFlip', prob=1.0)],
            [dict(type='LoadPlateAnnotations')],
            [dict(type='PackSegInputs')],
        ],
    ),
]
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(pipeline=train_pipeline),
)
val_dataloader = dict(num_workers=1, dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
