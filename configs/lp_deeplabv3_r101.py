# The flagship: torchvision's DeepLabV3 with ResNet-101, from COCO weights.
_base_ = [
    './_base_/models/deeplabv3_r50.py',
    './_base_/datasets/license_plate.py',
    './_base_/schedules/schedule_250e.py',
    './_base_/default_runtime.py',
]
# COCO weights for the backbone and the auxiliary head; the decode head starts anew, as in the original.
coco = dict(checkpoint='torchvision-seg://deeplabv3_resnet101')
model = dict(backbone=dict(depth=101, init_cfg=coco), auxiliary_head=dict(init_cfg=coco))
