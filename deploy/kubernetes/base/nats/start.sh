#!/bin/sh
# Starts one node. NODE_NAME is its lasting name, NATS_ROUTES has `"nats://host:6222"` of all nodes, separated by
# commas, NATS_PASSWORD is the password of clients and nodes (default: none), MAX_FILE_STORE the limit of all streams.
set -eu
client_login= node_login=
routes=$NATS_ROUTES
if [ -n "${NATS_PASSWORD:-}" ]; then
  client_login="authorization { user: prism, password: \"$NATS_PASSWORD\" }"
  node_login="authorization { user: node, password: \"$NATS_PASSWORD\" }"
  routes=$(echo "$routes" | sed "s|nats://|nats://node:$NATS_PASSWORD@|g")
fi
cat >/run/nats/nats.conf <<END
server_name: "$NODE_NAME"
port: 4222
http_port: 8222
pid_file: "/run/nats/nats.pid"
# On SIGUSR2, clients and JetStream's leaders move to other nodes, within this time.
lame_duck_grace_period: "2s"
lame_duck_duration: "30s"
$client_login
jetstream {
  store_dir: "/data"
  max_memory_store: 64MB
  max_file_store: ${MAX_FILE_STORE:-1GB}
}
cluster {
  name: prism-loadtest
  port: 6222
  $node_login
  routes: [$routes]
}
END
exec nats-server --config /run/nats/nats.conf
