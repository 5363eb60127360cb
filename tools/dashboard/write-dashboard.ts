import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { runTool, toolCommand } from '../../src/cli/command-line.ts'
import { addSections } from '../../src/cli/help-sections.ts'
import { EXIT, type ExitCode } from '../../src/exit-code.ts'
import { loadDashboard } from './load-dashboard.ts'
import { registryDashboard } from './registry-dashboard.ts'

/** A dashboard as JSON, and where it is kept. */
export interface DashboardFile {
  readonly path: string
  readonly text: string
}

/** Grafana's dashboards, the required content of their files in `deploy/grafana/`. */
export function dashboardFiles(): readonly DashboardFile[] {
  return [
    fileOf('multicast-registry.json', registryDashboard()),
    fileOf('load-test.json', loadDashboard()),
  ]
}

function fileOf(name: string, dashboard: Dashboard): DashboardFile {
  return {
    path: fileURLToPath(new URL(`../../deploy/grafana/${name}`, import.meta.url)),
    text: `${JSON.stringify(dashboard, null, 2)}\n`,
  }
}

function writeDashboards(): ExitCode {
  for (const { path, text } of dashboardFiles()) writeFileSync(path, text)
  return EXIT.good
}

function checkDashboards(): ExitCode {
  const stale = dashboardFiles().filter(({ path, text }) => storedText(path) !== text)
  for (const { path } of stale) {
    process.stderr.write(`${path} is not up to date. Run: ${toolCommand('dashboard')}\n`)
  }
  return stale.length === 0 ? EXIT.good : EXIT.failed
}

function storedText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) {
  await runTool('dashboard', (command, end) => {
    command
      .description("Writes Grafana's dashboards to deploy/grafana/.")
      .option('--check', 'only check that the files are up to date')
      .action(({ check }: { check?: true }) =>
        end(check === true ? checkDashboards() : writeDashboards()),
      )
    addSections(command, {
      exitCodes: { 0: 'written, or up to date', 1: 'with --check: a file is not up to date' },
      examples: [toolCommand('dashboard'), toolCommand('dashboard:check')],
    })
  })
}
