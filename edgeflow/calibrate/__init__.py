"""The corpus that the estimator is fitted to: numbered random designs, synthesized and routed for a device family."""
