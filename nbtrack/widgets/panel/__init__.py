"""The comparison panel: the runs of a store, filtered, ordered, chosen and followed in the notebook."""

from nbtrack.widgets.panel.opening import panel, panel_of
from nbtrack.widgets.panel.widget import Panel

__all__ = ["Panel", "panel", "panel_of"]
