from django.contrib.auth.hashers import PBKDF2PasswordHasher


class ClientSecretHasher(PBKDF2PasswordHasher):
    """Only client secrets are hashed here: long and random, so stretching them would add nothing but waiting."""

    iterations = 1_000
