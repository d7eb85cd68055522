# open-lpr-dataset-plate-detection, boxes; has no test split: tested on val.
#   mmlp convert open_lpr open-lpr-dataset-plate-detection -o data/open_lpr
_base_ = './license_plate_small.py'
data_root = 'data/open_lpr'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
