"""The panels: one folder for each capability, none of which imports another (base: desktop/panel.py)."""
