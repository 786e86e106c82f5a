"""The trainers: `python -m trainers.image` for photos, `python -m trainers.text` for titles."""
