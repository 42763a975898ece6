-- The messages that are due, in the order they are taken: a claim reads those it takes and no more, however many wait behind them.
drop index webhook_deliveries_due;
create index webhook_deliveries_due on webhook_deliveries (workspace_id, endpoint_id, next_attempt_at, position, id)
  where status = 'pending';
