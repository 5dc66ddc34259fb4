"""Training of the small models that ship with Sinteza; numpy is enough."""
