"""Everything slow, outside or on time: deliveries leave, deadlines expire."""
