"""Names as strangers may see them."""


def mask_name(name: str) -> str:
    """First letter of each word, the rest hidden at a fixed length: `Sutini Rahayu` → `S**** R****`."""
    return " ".join(f"{word[0]}****" for word in name.split())
