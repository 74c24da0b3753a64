"""Training frameworks, one a file; see ``edgeflow.catalog``. The only imports of TensorFlow and torch."""
