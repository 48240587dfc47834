"""Documents for people: the tumour-board sheet as HTML, PDF, terminal text and JSON, all from one model."""
