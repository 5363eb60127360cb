import { stripVTControlCharacters } from 'node:util'
import { EXIT, type ExitCode } from '../../exit-code.ts'

/** How a test case ended. JUnit has no word for *inconclusive*: such a case is skipped, with the reason as its message. */
export type JUnitResult =
  | { readonly kind: 'passed'; readonly output?: string }
  | {
      readonly kind: 'failure' | 'error' | 'skipped'
      /** One line. */
      readonly message: string
      /** The full text. */
      readonly text?: string
    }

export interface JUnitCase {
  /** Groups cases: the scenario. */
  readonly classname: string
  readonly name: string
  readonly durationMs: number
  readonly result: JUnitResult
}

export interface JUnitSuite {
  readonly name: string
  /** ISO 8601; `null` if it never began. */
  readonly startedAt: string | null
  readonly properties: readonly (readonly [name: string, value: string])[]
  readonly cases: readonly JUnitCase[]
}

/**
 * Suites as the XML that CI systems read. Elements and attributes are those of the schema of Jenkins'
 * xUnit plugin (junit-10.xsd), which others follow.
 */
export function junitXml(name: string, suites: readonly JUnitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(name)}" ${totals(all, ['failure', 'error'])}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
    '',
  ].join('\n')
}

/** The result of a case that alone explains an exit code. */
const KIND = {
  [EXIT.failed]: 'failure',
  [EXIT.broken]: 'error',
  [EXIT.inconclusive]: 'skipped',
  [EXIT.notComparable]: 'skipped',
} as const satisfies Record<Exclude<ExitCode, 0>, JUnitResult['kind']>

/**
 * Adds a suite for an exit code that no case explains, so that no report looks better than its run: a report without
 * cases is no pass.
 */
export function withEnd(
  exitCode: ExitCode,
  suites: readonly JUnitSuite[],
  properties: JUnitSuite['properties'],
): readonly JUnitSuite[] {
  if (exitCode === EXIT.good) return suites
  const kind = KIND[exitCode]
  const cases = suites.flatMap((suite) => suite.cases)
  if (cases.some(({ result }) => result.kind === kind)) return suites
  const message = `ended with exit code ${exitCode}; its output gives the reason`
  const end = { classname: 'end', name: 'exit code', durationMs: 0, result: { kind, message } }
  return [...suites, { name: 'end', startedAt: null, properties, cases: [end] }]
}

function suiteLines({ name, startedAt, properties, cases }: JUnitSuite): readonly string[] {
  // The schema allows neither fractions of seconds nor a time zone; this is UTC.
  const timestamp = startedAt === null ? '' : ` timestamp="${startedAt.slice(0, 19)}"`
  return [
    `  <testsuite name="${attribute(name)}" ${totals(cases, ['failure', 'error', 'skipped'])}${timestamp}>`,
    ...(properties.length === 0 ? [] : ['    <properties>']),
    ...properties.map(
      ([key, value]) => `      <property name="${attribute(key)}" value="${attribute(value)}"/>`,
    ),
    ...(properties.length === 0 ? [] : ['    </properties>']),
    ...cases.flatMap(caseLines),
    '  </testsuite>',
  ]
}

function caseLines({ classname, name, durationMs, result }: JUnitCase): readonly string[] {
  const head = `    <testcase classname="${attribute(classname)}" name="${attribute(name)}" time="${seconds(durationMs)}"`
  if (result.kind === 'passed') {
    const { output = '' } = result
    if (output === '') return [`${head}/>`]
    return [`${head}>`, `      <system-out>${content(output)}</system-out>`, '    </testcase>']
  }
  const { kind, message, text = '' } = result
  const type = kind === 'skipped' ? '' : ` type="${kind}"`
  const start = `      <${kind} message="${attribute(message)}"${type}`
  return [
    `${head}>`,
    text === '' ? `${start}/>` : `${start}>${content(text)}</${kind}>`,
    '    </testcase>',
  ]
}

const PLURAL = { failure: 'failures', error: 'errors', skipped: 'skipped' } as const

/** The counts that readers use, and the total time of the cases. */
function totals(cases: readonly JUnitCase[], kinds: readonly (keyof typeof PLURAL)[]): string {
  const counts = kinds.map((kind) => {
    const count = cases.filter(({ result }) => result.kind === kind).length
    return `${PLURAL[kind]}="${count}"`
  })
  const durationMs = cases.reduce((sum, { durationMs: ms }) => sum + ms, 0)
  return [`tests="${cases.length}"`, ...counts, `time="${seconds(durationMs)}"`].join(' ')
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}

/** Characters that XML 1.0 does not allow, even as references (2.2, `Char`). */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

function content(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(FORBIDDEN, '')
    .replaceAll(/[&<>\r]/g, reference)
}

/** Readers turn line ends and tabs in attributes into spaces unless they are references (3.3.3). */
function attribute(text: string): string {
  return content(text).replaceAll(/["'\t\n]/g, reference)
}

function reference(character: string): string {
  return `&#${character.charCodeAt(0)};`
}
