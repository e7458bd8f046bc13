"""Settlement records of a platform become commands, or facts added to what is known already."""
