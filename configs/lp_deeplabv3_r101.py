_base_ = [
    './_base_/models/deeplabv3_r101.py',
    './_base_/datasets/license_plate.py',
    './_base_/schedules/schedule_250e.py',
    './_base_/default_runtime.py',
]
# COCO weights; the classifier, of one channel, starts anew.
model = dict(init_cfg=dict(type='Pretrained', checkpoint='torchvision-seg://deeplabv3_resnet101'))
