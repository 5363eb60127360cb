#!/bin/sh
# Starts one node. NODE_HOST is its name for clients and other nodes, NODE_ADDRESS its IP address (default:
# that of the host name), REDIS_PASSWORD the password of all nodes (default: none), MAX_MEMORY its limit.
set -eu
address=${NODE_ADDRESS:-$(hostname -i)}
{
  cat /etc/redis/redis.conf
  echo "cluster-announce-hostname $NODE_HOST"
  echo "cluster-announce-ip ${address%% *}"
  echo "maxmemory ${MAX_MEMORY:-0}"
  if [ -n "${REDIS_PASSWORD:-}" ]; then
    echo "requirepass $REDIS_PASSWORD"
    echo "masterauth $REDIS_PASSWORD"
  else
    echo 'protected-mode no'
  fi
} >/run/redis/redis.conf
exec redis-server /run/redis/redis.conf
