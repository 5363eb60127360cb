import { createHash } from 'node:crypto'
import { html } from 'htm/preact'
import { render } from 'preact-render-to-string'
import type { ComponentChildren } from 'preact'
import type { Chart } from './chart.ts'
import type { PageAssets } from './page-assets.ts'

/** A page's content. */
export interface Page {
  readonly title: string
  /** Markup; `html` escapes all texts in it. */
  readonly body: ComponentChildren
  /** Every chart that the body has a figure of. */
  readonly charts: readonly Chart[]
  /** The address of a live page's server-sent events. */
  readonly events?: string
}

/**
 * A whole page in one file: it opens from disk, and makes no request, except for events. Its policy refuses every script
 * but its own, so markup in a name stays a name.
 */
export function renderPage(
  { title, body, charts, events }: Page,
  { script, style }: PageAssets,
): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}' 'unsafe-hashes'`,
    'img-src data:',
    ...(events === undefined ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const head = html`
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta http-equiv="content-security-policy" content=${policy} />
    <title>${title}</title>
  `
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head>${render(html`${head}`)}<style>${style}</style></head>`,
    `${bodyTag(events)}${render(html`${body}`)}`,
    `<script type="application/json" id="charts">${jsonInMarkup(charts)}</script>`,
    `<script>${script}</script></body>`,
    '</html>',
    '',
  ].join('\n')
}

function bodyTag(events: string | undefined): string {
  return events === undefined ? '<body>' : `<body data-events="${encodeURI(events)}">`
}

/** JSON in which no text can end the script element around it. */
function jsonInMarkup(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', String.raw`\u003c`)
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
