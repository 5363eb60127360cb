import { fileURLToPath } from 'node:url'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { runGenerator, type GeneratedFile } from '../generated-files.ts'
import { loadDashboard } from './load-dashboard.ts'
import { registryDashboard } from './registry-dashboard.ts'

/** Grafana's dashboards, the required content of their files in `deploy/grafana/`. */
export function dashboardFiles(): readonly GeneratedFile[] {
  return [
    fileOf('multicast-registry.json', registryDashboard()),
    fileOf('load-test.json', loadDashboard()),
  ]
}

function fileOf(name: string, dashboard: Dashboard): GeneratedFile {
  return {
    path: fileURLToPath(new URL(`../../deploy/grafana/${name}`, import.meta.url)),
    text: `${JSON.stringify(dashboard, null, 2)}\n`,
  }
}

if (import.meta.main)
  await runGenerator('dashboard', "Writes Grafana's dashboards to deploy/grafana/.", dashboardFiles)
