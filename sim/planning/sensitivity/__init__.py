"""Which assumption a decision hangs on: ends of ranges, joint draws with Sobol indices, points where it switches."""
