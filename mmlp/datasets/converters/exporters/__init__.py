"""Masks out to annotation tools: people correct them there, and the readers take them back."""

from .export import ExportReport, export_masks
from .writers import WRITERS

__all__ = ['WRITERS', 'ExportReport', 'export_masks']
