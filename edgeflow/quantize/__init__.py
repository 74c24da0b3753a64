"""Float networks to low-bit ones without training: ranges from calibration data, biases corrected, QONNX written."""
