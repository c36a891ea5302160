"""What the linter knows of PyTorch's interface: undocumented aliases, modules without state, and the functions to use.

Nothing here imports torch, and each table is imported only where it is asked. The tests derive the same facts from an
installed torch and fail where they disagree.
"""
