"""Decode heads with one output channel that report the plate IoU of the batch."""

from .deeplab_head import DeepLabHead
from .lite_fpn_head import LiteFPNHead
from .plate_fcn_head import PlateFCNHead
from .plate_iou_mixin import PlateIoUMixin

__all__ = ['DeepLabHead', 'LiteFPNHead', 'PlateFCNHead', 'PlateIoUMixin']
