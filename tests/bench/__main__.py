"""`make bench`: every comparison in turn."""

from tests.bench import asgi_server, national_rescore, next_steps, proof_cost, range_calibration

if __name__ == "__main__":
    next_steps.main()
    national_rescore.main()
    range_calibration.main()
    proof_cost.main()
    asgi_server.main()
