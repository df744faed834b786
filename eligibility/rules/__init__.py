"""The rules as data and their evaluation: pure, integers only, no database and no Django."""
