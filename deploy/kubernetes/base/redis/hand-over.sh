#!/bin/sh
# Before this node ends: if it is a primary, its replica takes over, without losing a write. Waits up to 10 s.
set -u
is_primary() { redis-cli INFO replication | grep -q 'role:master'; }
is_primary || exit 0
# `<id> <ip>:<port>@<bus port>,<name> slave <id of the primary> …`
replica=$(redis-cli CLUSTER REPLICAS "$(redis-cli CLUSTER MYID)" | grep -v fail | head -n 1 | cut -d ' ' -f 2 | cut -d : -f 1)
[ -n "$replica" ] || exit 0
redis-cli -h "$replica" CLUSTER FAILOVER
for _ in 1 2 3 4 5 6 7 8 9 10; do
  is_primary || exit 0
  sleep 1
done
