"""Other spellings of the functions that `torch.nn.functional` documents."""
