"""What an act on one case means for those that wait in the queues of its procedure."""
