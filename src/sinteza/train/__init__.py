"""Training of the small models that ship with Sinteza (needs the extra ``train``)."""
