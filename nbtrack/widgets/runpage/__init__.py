"""A run's page: everything that is kept of one run, to be read, edited and acted on in the notebook."""

from nbtrack.entities.preview import artifact_preview
from nbtrack.widgets.runpage.answers import RunAnswers, edit
from nbtrack.widgets.runpage.document import run_document
from nbtrack.widgets.runpage.page import RunPage

__all__ = ["RunAnswers", "RunPage", "artifact_preview", "edit", "run_document"]
