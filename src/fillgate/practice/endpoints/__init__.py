"""What can be asked: one table for HTTP and WebSocket, and the functions that answer.

- `table`: all of them, with what each weighs and who may ask
- `market_data`, `trading`, `account`: what they answer
"""

from fillgate.practice.endpoints.table import ENDPOINTS, METHODS, Endpoint, Security

__all__ = ["ENDPOINTS", "METHODS", "Endpoint", "Security"]
