"""Shape and syntax of what people type. Agents' pages use the same forms."""
