"""Private modules that all other packages of skmnist may use."""
