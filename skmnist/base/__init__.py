"""What all parts of skmnist share. Nothing here is public."""
