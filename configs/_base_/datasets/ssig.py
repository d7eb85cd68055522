# SSIG-SegPlate, boxes.
#   mmlp convert ssig SSIG -o data/ssig
_base_ = './license_plate_small.py'
data_root = 'data/ssig'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
