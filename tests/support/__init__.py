"""Helpers of the tests: photographs, pictures spoiled on purpose, a camera made of a photograph."""
