"""Charts; pyqtgraph is imported when the first one is shown, never before the window is."""
