import type { Mark, Tone } from '../html/chart.ts'

/** A colour in the light and in the dark theme: those of pages, in `charts.css`. */
type Colours = readonly [light: string, dark: string]

const GREY: Colours = ['#6d7782', '#98a3ae']
const BLUE: Colours = ['#0b62c4', '#6cb2ff']
const GREEN: Colours = ['#00806b', '#2fd0ad']
const PURPLE: Colours = ['#8a2fb0', '#d99bf5']
const RED: Colours = ['#c62f1f', '#ff7f6e']
const AMBER: Colours = ['#96510a', '#f2b052']
const PINK: Colours = ['#a8327d', '#ff93cf']

const TONES: Readonly<Record<Tone, Colours>> = {
  p50: GREEN,
  p95: BLUE,
  p99: PURPLE,
  max: GREY,
  response: BLUE,
  service: ['#b35900', '#ffb356'],
  lateness: PURPLE,
  asked: GREY,
  achieved: BLUE,
  ok: GREEN,
  failed: RED,
  'timed-out': AMBER,
  dropped: PINK,
  'in-flight': BLUE,
  received: GREEN,
  baseline: GREY,
  candidate: BLUE,
  estimate: ['#1b2127', '#e6e9ec'],
}

const MARKS: Readonly<Record<Mark['kind'], Colours>> = {
  failed: RED,
  dropped: PINK,
  pause: GREY,
  drain: GREY,
  fault: AMBER,
  'fault-failed': GREY,
  change: PURPLE,
}

const INKS = {
  ground: ['#ffffff', '#15191d'],
  text: ['#1b2127', '#e6e9ec'],
  muted: ['#55606b', '#a3adb7'],
  grid: ['#e3e7eb', '#2b3138'],
  bound: ['#b3261e', '#ff8a80'],
} as const satisfies Readonly<Record<string, Colours>>

/** The style of charts as images: class `tone-p95` has the colour of that tone, in the theme of the reader. */
export function svgStyle(): string {
  const all: readonly (readonly [name: string, colours: Colours])[] = [
    ...Object.entries(INKS),
    ...Object.entries(TONES).map(([tone, colours]) => [`tone-${tone}`, colours] as const),
    ...Object.entries(MARKS).map(([kind, colours]) => [`mark-${kind}`, colours] as const),
  ]
  const rules = (theme: 0 | 1): string =>
    all.map(([name, colours]) => `.${name}{color:${colours[theme]}}`).join('')
  return `<style>text{fill:currentColor}${rules(0)}@media(prefers-color-scheme:dark){${rules(1)}}</style>`
}
