"""`make bench`: every comparison in turn."""

from tests.bench import asgi_server

if __name__ == "__main__":
    asgi_server.main()
