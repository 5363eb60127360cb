#!/bin/sh
# Keeps the nodes of REDIS_NODES (`host:port …`) one Redis Cluster: forms it once, and later introduces nodes
# to each other whose addresses have changed, and lets empty nodes replicate the primary with the fewest
# replicas. It only adds what is missing: it may be started again at any time. The first half of the nodes
# are the first primaries. EVERY is the pause between two looks, in seconds.
set -u

count=$(echo "$REDIS_NODES" | wc -w)
primaries=$((count / 2))
known=

# ask HOST:PORT COMMAND…: its answer; fails if there is none within 2 s.
ask() {
  node=$1
  shift
  timeout 2 redis-cli -h "${node%:*}" -p "${node##*:}" "$@" 2>/dev/null
}

say() { echo "$(date -u +%H:%M:%S) $*"; }

# The IP address that a node tells the others.
address_of() {
  told=$(ask "$1" CONFIG GET cluster-announce-ip | tail -n +2)
  echo "${told:-${1%:*}}"
}

look() {
  addresses= own=
  for node in $REDIS_NODES; do
    view=$(ask "$node" CLUSTER NODES) || continue
    case $view in *myself*) ;; *) continue ;; esac
    addresses="$addresses $node=$(address_of "$node"):${node##*:}"
    # What a node says of itself is certain; what others say of it may be late.
    own="$own$node $(echo "$view" | grep myself)
"
  done
}

# Nodes that don't know each other's present addresses are introduced.
introduce() {
  introduced=0
  for pair in $addresses; do
    view=$(ask "${pair%%=*}" CLUSTER NODES) || continue
    others=
    for other in $addresses; do
      address=${other#*=}
      case $view in *" $address@"*) continue ;; esac
      ask "${pair%%=*}" CLUSTER MEET "${address%:*}" "${address##*:}" >/dev/null
      others="$others ${other%%:*}"
      introduced=1
    done
    [ -z "$others" ] || say "introduced to ${pair%%:*}:$others"
  done
  return "$introduced"
}

# Whether any node knows of an owner for every slot. It stays one while it is down.
is_formed() {
  for pair in $addresses; do
    ask "${pair%%=*}" CLUSTER INFO | grep -q 'cluster_slots_assigned:16384' && return 0
  done
  return 1
}

# Only once all nodes are there. Slots that a keeper before this one has assigned are refused, and stay.
assign_slots() {
  [ "$(echo "$own" | grep -c myself)" -eq "$count" ] || return
  number=0
  for node in $REDIS_NODES; do
    [ "$number" -lt "$primaries" ] || break
    first=$((16384 * number / primaries))
    last=$((16384 * (number + 1) / primaries - 1))
    ask "$node" CLUSTER ADDSLOTSRANGE "$first" "$last" >/dev/null
    say "$node serves slots $first to $last"
    number=$((number + 1))
  done
}

# An empty primary, new or with a lost volume, replicates the primary with the fewest replicas.
replicate() {
  echo "$own" | awk '
    # host:port id address flags primary ping pong epoch link slots…
    $4 ~ /master/ && NF > 9 { replicas[$2] += 0; isPrimary[$2] = 1 }
    $4 ~ /master/ && NF == 9 { empty[++empties] = $1 }
    $4 ~ /slave/ { replicas[$5]++ }
    END {
      for (n = 1; n <= empties; n++) {
        best = ""
        for (id in isPrimary) if (best == "" || replicas[id] < replicas[best]) best = id
        if (best == "") exit
        replicas[best]++
        print empty[n], best
      }
    }' | while read -r node id; do
    ask "$node" CLUSTER REPLICATE "$id" >/dev/null
    say "$node replicates $id"
  done
}

trap 'exit 0' TERM INT
say "keeps $count nodes one cluster"
while :; do
  look
  if introduce; then
    if is_formed; then replicate; else assign_slots; fi
  fi
  now=$(echo "$own" | awk 'NF { print "  " $1, ($4 ~ /master/ ? "primary" : "replica"), $10 }')
  if [ "$now" != "$known" ]; then
    say 'nodes that answer:'
    echo "$now"
    known=$now
  fi
  sleep "${EVERY:-2}" &
  wait $!
done
