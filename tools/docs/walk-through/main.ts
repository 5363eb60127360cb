import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { runTool, toolCommand } from '../../../src/cli/command-line.ts'
import { addSections } from '../../../src/cli/help-sections.ts'
import type { CommandEnd } from '../../../src/cli/run-command.ts'
import { InputError } from '../../../src/input-error.ts'
import { EXIT } from '../../../src/run-file/outcome.ts'
import { parsePage } from '../commands/page.ts'
import { openDeployment } from './deployment.ts'
import { renderOutcome, renderSummary } from './render.ts'
import { stepsOf, type Step } from './steps.ts'
import { walk, type Outcome } from './walk.ts'

const FOLDER = resolve(import.meta.dirname, '../../..')
const DOCUMENT = 'docs/coming-from-prism-loadtest.md'
const DESCRIPTION = `Follows a document: runs the commands of its shell blocks in order against docker-compose, and checks what the document says to expect. Everything it starts is removed at the end.`

await runTool('walk-through', (command, end) => {
  command
    .description(DESCRIPTION)
    .argument('[document]', 'a Markdown file', DOCUMENT)
    .option('--full-length', 'durations as written')
    .action(async (document: string, { fullLength }: { fullLength?: true }) =>
      end(await follow(readSteps(document), fullLength === true)),
    )
  addSections(command, {
    sections: [
      [
        'Durations',
        [
          'Durations are a twentieth of those written, at least 2 s and at most 3 s; rates are as written. tools/docs/walk-through/as-run.ts has the whole rule.',
        ],
      ],
    ],
    exitCodes: { 0: 'all commands did what the document says', 1: 'one did not' },
    examples: [toolCommand('walk-through', DOCUMENT)],
  })
})

/** @throws InputError */
function readSteps(document: string): readonly Step[] {
  let text: string
  try {
    text = readFileSync(document, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError(`${document} can't be read: ${reason}`, { cause: error })
  }
  const steps = stepsOf(parsePage(relative(process.cwd(), document), text), text)
  if (steps.length === 0) throw new InputError(`${document} has no shell block with a command.`)
  return steps
}

async function follow(steps: readonly Step[], isFullLength: boolean): Promise<CommandEnd> {
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort())
  }
  const startedMs = performance.now()
  const deployment = await openDeployment(FOLDER)
  const outcomes: Outcome[] = []
  try {
    for (const note of deployment.notes) print(note)
    const hasJq = spawnSync('jq', ['--version']).status === 0
    const machine = { monitorPort: deployment.monitorPort, hasJq, isFullLength }
    const { signal } = interruption
    for await (const outcome of walk(steps, { folder: FOLDER, deployment, machine, signal })) {
      outcomes.push(outcome)
      print(renderOutcome(outcome))
    }
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    print('interrupted')
  } finally {
    await deployment.remove()
  }
  print(`\n${renderSummary(outcomes, steps.length, performance.now() - startedMs)}`)
  const isGood =
    !interruption.signal.aborted &&
    outcomes.every((outcome) => outcome.kind === 'not run' || outcome.isGood)
  return isGood ? EXIT.good : EXIT.failed
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
