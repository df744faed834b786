"""Pages for citizens: the form, the receipt, the result, what is stored."""
