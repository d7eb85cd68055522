# DeepLabV3, ResNet-50, output stride 8, as torchvision's deeplabv3_resnet50: a decode head on layer4,
# an auxiliary head on layer3. One output channel.
# COCO weights for the backbone and the auxiliary head; the decode head starts anew, as in the original.
# Another depth needs the weights of that depth: see lp_deeplabv3_r101.py.
coco = dict(type='Pretrained', checkpoint='torchvision-seg://deeplabv3_resnet50')
norm_cfg = dict(type='BN', requires_grad=True)
data_preprocessor = dict(
    type='SegDataPreProcessor',
    # ImageNet's RGB statistics on values in 0..255.
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True,
    pad_val=0,
    seg_pad_val=255,
    size=(480, 480),
)
model = dict(
    type='EncoderDecoder',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='ResNet',
        depth=50,
        num_stages=4,
        out_indices=(0, 1, 2, 3),
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
        contract_dilation=True,
        style='pytorch',
        norm_cfg=norm_cfg,
        norm_eval=False,
        init_cfg=dict(prefix='backbone', **coco),
    ),
    decode_head=dict(
        type='DeepLabHead',
        in_channels=2048,
        in_index=3,
        channels=256,
        dilations=(1, 12, 24, 36),
        dropout_ratio=0.5,
        num_classes=2,
        out_channels=1,
        threshold=0.5,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='BinaryLovaszLoss', mode='sigmoid', class_absent='max_error', loss_weight=1.0),
    ),
    auxiliary_head=dict(
        type='PlateFCNHead',
        in_channels=1024,
        in_index=2,
        channels=256,
        num_convs=1,
        concat_input=False,
        dropout_ratio=0.1,
        num_classes=2,
        out_channels=1,
        threshold=0.5,
        norm_cfg=norm_cfg,
        align_corners=False,
        loss_decode=dict(type='BinaryLovaszLoss', mode='sigmoid', class_absent='max_error', loss_weight=0.5),
        init_cfg=dict(prefix='auxiliary_head', **coco),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
