"""Appraisal: risk of bias and certainty."""
