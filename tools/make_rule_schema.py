"""Write the JSON Schema of the rule library into resources, as the types say it."""

from __future__ import annotations

from pathlib import Path

from secondskies_desktop.prop.rule_schema import rule_schema_text

OUTPUT = Path(__file__).parents[1] / "resources" / "prop_firms.schema.json"

if __name__ == "__main__":
    OUTPUT.write_bytes(rule_schema_text())
