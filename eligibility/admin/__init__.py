"""Eligibility in the administration: reference data, and the golden families of policy staff."""

from eligibility.admin import golden_families, reference

__all__ = ["golden_families", "reference"]
