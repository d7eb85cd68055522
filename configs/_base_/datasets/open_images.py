# Open Images V7, class Vehicle registration plate.
#   mmlp convert open_images OpenImages -o data/open_images
_base_ = './license_plate_small.py'
data_root = 'data/open_images'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
