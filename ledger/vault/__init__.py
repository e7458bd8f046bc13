"""Who a person number is: kept encrypted, found blindly, restricted and forgotten. Begin with `vault`."""
