"""A report to look at: one HTML file with figures, tables and photos."""
