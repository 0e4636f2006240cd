"""Executions and trades from the files of platforms: formats, matching, fees, and the preview of an import."""
