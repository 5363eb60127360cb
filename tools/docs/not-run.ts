import { scriptsOf } from './commands.ts'
import { KUBERNETES_PAGE, readPage } from './page.ts'

/**
 * Commands of the pages that no test runs, by reason. A test fails if no page has one of them.
 */
export const NOT_RUN: ReadonlyMap<string, string> = new Map([
  ...because('installs packages into the project that runs the tests; .ci/run begins with it', [
    'npm ci',
  ]),
  ...because('is for another project; .ci/run packs and installs the package into one', [
    'npm i -D prism-loadtest vitest',
    'npm pack',
    'npx prism-loadtest --help',
    'npx prism-loadtest bench',
    'npx prism-loadtest bench checkout',
    'npx prism-loadtest bench orders --system ./postgres.system.ts',
    'npx prism-loadtest capacity checkout',
    'npx prism-loadtest compare',
    'npx prism-loadtest trend',
    'npx prism-loadtest results list',
    'npx prism-loadtest gate --base origin/main --subject src/cart.ts',
    'npx vitest run',
    'npx vitest run --project load',
    'npx vitest run --project unit',
  ]),
  ...because('src/cli/bench-metrics.test.ts runs both flags, with a collector and a scraper', [
    'npm run bench -- mixed --otlp http://localhost:4318',
    'npm run bench -- mixed --prometheus 9464',
  ]),
  ...because('tools/docs/run-telemetry.test.ts traces a run', [
    'npm run bench -- multicast --traces',
  ]),
  ...because('are what .ci/run does, with local programs and with containers', [
    'npm ci && npm run bench',
    'npm ci && npm test',
    'npm run bench',
  ]),
  ...because('.ci/run has them within npm run bench', ['npm run bench:micro']),
  ...because('differs from commands that are run only in which scenarios, or for how long', [
    'npm run bench -- mixed register',
    'npm run bench -- register --duration 30s',
  ]),
  ...because('src/cli/loadtest.test.ts runs each of these workloads', [
    'npm run loadtest -- register -r 100 -d 60s',
    'npm run loadtest -- enumerate -r 100 -d 60s --filter --status online',
    'npm run loadtest -- multicast -r 50 -d 60s',
  ]),
  ...because('docs/ci.md has it with another name of the file', [
    'npm run bench -- register --junit results/junit.xml',
  ]),
  ...because(
    'has faults at fixed times, too late for a shorter duration; a test runs bench/faults',
    [
      'BENCH_BACKEND=programs npm run bench -- faults/redis-primary-killed',
      'BENCH_BACKEND=cluster npm run bench -- faults/',
    ],
  ),
  ...because('needs Docker; .ci/run measures with containers', [
    'BENCH_REDIS_IMAGE=redis:7-alpine BENCH_NATS_IMAGE=nats:2-alpine npm run bench -- register --backend containers',
  ]),
  ...because('pulls an image; deploy/prometheus/rules.test.ts checks the file', [
    'docker-compose -f docker-compose.telemetry.yml up -d',
  ]),
  ...because('is for browsers; src/cli/bench-followed.test.ts looks at its page', [
    'npm run bench -- --live',
    'npm run bench -- mixed --live',
  ]),
  ...because('needs jq; src/cli/bench-followed.test.ts reads the same from standard output', [
    `npm run --silent bench -- register --stream - | jq -r 'select(.event == "interval") | [.second, .ok, .response.p99Ms] | @tsv'`,
  ]),
  ...because('needs arguments', [
    'npm run loadtest',
    'npm run bench:capacity',
    'npm run compare',
    'npm run gate',
  ]),
  ...because('is what .ci/run does, with another reporter', [
    'npm test -- --reporter=default --reporter=junit --outputFile.junit=results/tests.xml',
  ]),
  ...because('.ci/run has it', ['npm run gate:selftest -- --short']),
  ...because('takes ten times as long as with --short, which .ci/run uses', [
    'npm run gate:selftest',
  ]),
  ...because('takes an hour; its figures are of one run each', [
    'npm run bench -- soak --profile full',
  ]),
  ...because('takes an hour or two; src/gate/pairs/ tests its parts', [
    'npm run gate:selftest -- --real --processes 100 --faulty 20',
  ]),
  ...because('takes 10 minutes for four scenarios; those of docs/gate.md are run', [
    'npm run gate -- --base $BASE --budget 20m --markdown gate.md --json gate.json --junit gate.xml',
  ]),
  ...because('needs a pull request', [
    'gh pr comment --edit-last --body-file gate.md || gh pr comment --body-file gate.md',
  ]),
  ...because('runs until it is ended; src/cli/subscribe.test.ts runs it', [
    'npm run loadtest -- subscribe',
  ]),
  ...because('takes 8 minutes', ['npm run bench -- --profile long']),
  ...because('runs until it is ended', ['npm run bench:ui']),
  ...because('probes for 2 minutes; src/cli/capacity.test.ts runs it on known capacities', [
    'npm run bench:capacity -- register',
  ]),
  ...because('measures for 2 minutes; tools/engine-bench/ tests it', ['npm run bench:engine']),
  ...because('measures for a minute; tools/storm/ tests it', ['npm run bench:storm']),
  ...because('measures for 6 minutes; tools/engine-bench/peers/ tests it', [
    'npm run bench:engine -- --peers',
    'npm run bench:engine -- --peers --page docs/how-punctual.md',
  ]),
  ...because('measures for 6 minutes; bench/core/measuring/ tests it', [
    'npm run bench:micro -- core',
    'npm run bench:micro -- fan-out',
    'npm run bench:micro -- cost-growth',
  ]),
  ...because('measures for two minutes; src/registry/telemetry/ tests what it calls', [
    'npm run bench:micro -- telemetry',
  ]),
  ...because('measures for 20 seconds; src/traces/ tests what it calls', [
    'npm run bench:micro -- traces',
  ]),
  ...because('measures for half a minute; src/registry/redis/ tests what it calls', [
    'npm run bench:micro -- replica-wait',
    'npm run bench:micro -- access',
  ]),
  ...because('measures for 2 minutes; src/plan/ tests it', [
    'npm run plan -- --measure',
    'npm run plan -- --check',
    'npm run plan -- --measure --out coefficients.json',
  ]),
  ...because('needs the file that --measure writes; src/cli/plan.test.ts passes one', [
    'npm run plan -- --coefficients coefficients.json --identities 1e7',
  ]),
  ...because('writes a page; tools/docs/scaling.test.ts compares the page with its output', [
    'npm run plan:docs',
  ]),
  ...because('takes docker-compose; .ci/run runs it', ['npm run walk-through']),
  ...because('takes docker-compose; tools/docs/walk-through-cluster.ts does the same', [
    'export COMPOSE_FILE=docker-compose.cluster.yml COMPOSE_PROJECT_NAME=prism-cluster',
    'docker-compose build loadtest',
    'docker-compose run --rm loadtest mixed -r 50 -d 60s',
    `docker-compose run --rm loadtest register -r 50 -d 25s --slo 'success>10%' --slo 'unavailable<=20s'`,
    'docker kill "$(docker-compose ps -q redis-3)"',
    'docker-compose start redis-3',
    'docker-compose down --volumes',
  ]),
  ...because('takes several generators; src/cli/bench-shards.test.ts runs and merges them', [
    'npm run bench -- mixed --generators 2',
    'for shard in 1 2 3; do npm run bench -- mixed --shard $shard/3 --results results/three & done; wait',
    'npm run results -- merge results/three/*-?of3.json',
  ]),
  ...because('waits for other shards; src/cli/bench-shards.test.ts runs and merges shards', [
    'npm run bench -- mixed --shard 1/3',
    'npm run results -- merge results/*-?of3.json',
  ]),
  ...because(
    'needs a Kubernetes cluster, on which npm run walk-through:kubernetes follows the page',
    scriptsOf(readPage(KUBERNETES_PAGE)).flatMap((script) => script.map(({ text }) => text)),
  ),
  ...because(
    'is of the nats command line, which tests do without; src/registry/nats/ tests the same with a plain client',
    [
      'nats reply prism.multicast.home.lamp-1 thanks',
      'nats request prism.multicast.home.user-1 hello',
      'nats bench',
      'nats bench pub',
      'nats bench sub',
      'nats bench service request',
      'nats latency',
    ],
  ),
  ...because('runs until it is ended; the tests start one by src/environment/programs.ts', [
    'nats-server --jetstream',
  ]),
])

function because(reason: string, commands: readonly string[]): readonly [string, string][] {
  return commands.map((command) => [command, reason])
}
