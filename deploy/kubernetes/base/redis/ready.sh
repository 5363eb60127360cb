#!/bin/sh
# Succeeds if this node serves its part of the cluster, and, as a replica, follows its primary.
set -eu
redis-cli CLUSTER INFO | grep -q 'cluster_state:ok'
replication=$(redis-cli INFO replication)
case $replication in
  *role:master*) ;;
  *master_link_status:up*) ;;
  *) exit 1 ;;
esac
