# The original's layout, augmentation and evaluation size. Where the data lie: the environment variable
# MMLP_DATA_ROOT, or --cfg-options data_root=... with the three dataloaders, or data/plates.
dataset_type = 'LicensePlateDataset'
data_root = '{{$MMLP_DATA_ROOT:data/plates}}'
crop_size = (480, 480)
short_side = 520
long_side_limit = 100000  # none, in effect: the short side decides
# Pillow filters when it shrinks, as the original does; OpenCV would skip pixels of large photographs.
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadPlateAnnotations'),
    # The short side is a uniform integer in 260..1040.
    dict(
        type='RandomResize',
        scale=[(long_side_limit, short_side // 2), (long_side_limit, short_side * 2)],
        resize_type='Resize',
        keep_ratio=True,
        backend='pillow',
    ),
    dict(type='ColorJitter', brightness=0.25, contrast=0.25, saturation=0.25, hue=0.25, prob=0.25),
    dict(type='GaussianBlur', radius=(0, 5), prob=0.2),
    dict(type='RandomRotate', prob=1.0, degree=30, pad_val=0, seg_pad_val=255),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomPerspective', distortion_scale=0.5, prob=0.5),
    dict(type='Pad', size=crop_size, pad_val=dict(img=0, seg=255)),
    dict(type='RandomCrop', crop_size=crop_size),
    dict(type='RandomGrayscale', prob=0.1, keep_channels=True, channel_weights=(0.114, 0.587, 0.299)),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(long_side_limit, short_side), keep_ratio=True, backend='pillow'),
    dict(type='LoadPlateAnnotations'),
    dict(type='PackSegInputs'),
]
tta_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(
        type='TestTimeAug',
        transforms=[
            [
                dict(type='Resize', scale=(long_side_limit, side), keep_ratio=True, backend='pillow')
                for side in (short_side * 3 // 4, short_side, short_side * 3 // 2)
            ],
            [dict(type='RandomFlip', prob=0.0), dict(type='RandomFlip', prob=1.0)],
            [dict(type='LoadPlateAnnotations')],
            [dict(type='PackSegInputs')],
        ],
    ),
]
train_dataloader = dict(
    batch_size=2,
    num_workers=2,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(img_path='train/images', seg_map_path='train/masks'),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=dict(img_path='val/images', seg_map_path='val/masks'),
        pipeline=test_pipeline,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='PlateMetric')
test_evaluator = val_evaluator
