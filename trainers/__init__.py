"""The trainers: `image` and `text` of encoders, `autoencoder`, and `classifier` of products."""
