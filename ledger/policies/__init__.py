"""The rules: policy packs, each naming its document, and the pure functions that apply them."""
