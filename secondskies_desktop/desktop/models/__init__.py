"""What the tables show: prepared rows, their filter and order (pure), and Qt's models over them."""
