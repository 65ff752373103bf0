"""What stands in the notebook and can be worked with: the only part that speaks to anywidget.

Importing it imports ipywidgets: import it in the function that shows a widget.
"""

from nbtrack.widgets.panel import Panel
from nbtrack.widgets.runpage import RunPage
from nbtrack.widgets.serve import ServePanel

__all__ = ["Panel", "RunPage", "ServePanel"]
