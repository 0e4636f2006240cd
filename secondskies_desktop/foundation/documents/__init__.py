"""Files that leave the program: tables that no spreadsheet takes for formulas."""
