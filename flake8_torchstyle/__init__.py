"""Find and fix PyTorch API-usage habits that run but are wrong."""

__version__ = "0.1.0"
