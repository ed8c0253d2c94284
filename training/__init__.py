"""Where the models in the package come from."""
