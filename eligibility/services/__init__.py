"""The only writers of rule sets, determinations, batches and rankings."""
