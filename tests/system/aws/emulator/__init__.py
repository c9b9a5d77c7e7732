"""What moto lacks of AWS, and the switches by which tests make it misbehave."""
